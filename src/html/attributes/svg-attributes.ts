// The SVG elements and their attributes, case kept (w3.org/TR/SVG2, Filter Effects, CSS Masking, SVG Animations).
import type { Optional, Text, TextOrNumber, Url } from "./attribute-values.ts"

type Num = TextOrNumber
type Units = Optional<"userSpaceOnUse" | "objectBoundingBox">

/** Properties that SVG also takes as attributes. */
interface Presentation {
  "alignment-baseline"?: Text
  "baseline-shift"?: Num
  "clip-path"?: Text
  "clip-rule"?: Optional<"nonzero" | "evenodd" | "inherit">
  color?: Text
  "color-interpolation"?: Optional<"auto" | "sRGB" | "linearRGB">
  "color-interpolation-filters"?: Optional<"auto" | "sRGB" | "linearRGB">
  cursor?: Text
  direction?: Optional<"ltr" | "rtl">
  display?: Text
  "dominant-baseline"?: Text
  fill?: Text
  "fill-opacity"?: Num
  "fill-rule"?: Optional<"nonzero" | "evenodd" | "inherit">
  filter?: Text
  "flood-color"?: Text
  "flood-opacity"?: Num
  "font-family"?: Text
  "font-size"?: Num
  "font-size-adjust"?: Num
  "font-stretch"?: Text
  "font-style"?: Text
  "font-variant"?: Text
  "font-weight"?: Num
  "image-rendering"?: Text
  "letter-spacing"?: Num
  "lighting-color"?: Text
  "marker-end"?: Text
  "marker-mid"?: Text
  "marker-start"?: Text
  mask?: Text
  opacity?: Num
  overflow?: Text
  "paint-order"?: Text
  "pointer-events"?: Text
  "shape-rendering"?: Text
  "stop-color"?: Text
  "stop-opacity"?: Num
  stroke?: Text
  "stroke-dasharray"?: Num
  "stroke-dashoffset"?: Num
  "stroke-linecap"?: Optional<"butt" | "round" | "square" | "inherit">
  "stroke-linejoin"?: Optional<"miter" | "round" | "bevel" | "arcs" | "miter-clip" | "inherit">
  "stroke-miterlimit"?: Num
  "stroke-opacity"?: Num
  "stroke-width"?: Num
  "text-anchor"?: Optional<"start" | "middle" | "end" | "inherit">
  "text-decoration"?: Text
  "text-overflow"?: Text
  "text-rendering"?: Text
  transform?: Text
  "transform-origin"?: Text
  "unicode-bidi"?: Text
  "vector-effect"?: Text
  visibility?: Text
  "white-space"?: Text
  "word-spacing"?: Num
  "writing-mode"?: Text
}

interface Core extends Presentation {
  requiredExtensions?: Text
  systemLanguage?: Text
}

interface Shape extends Core {
  pathLength?: Num
}

interface Box {
  height?: Num
  width?: Num
  x?: Num
  y?: Num
}

interface Viewport {
  preserveAspectRatio?: Text
  viewBox?: Text
}

interface Zoom {
  zoomAndPan?: Optional<"disable" | "magnify">
}

interface Reference {
  href?: Url
  "xlink:href"?: Url
}

interface Timing {
  begin?: Text
  dur?: Text
  end?: Text
  fill?: Optional<"freeze" | "remove">
  max?: Text
  min?: Text
  repeatCount?: Num
  repeatDur?: Text
  restart?: Optional<"always" | "whenNotActive" | "never">
  requiredExtensions?: Text
  systemLanguage?: Text
}

interface Animation extends Timing, Reference {
  accumulate?: Optional<"none" | "sum">
  additive?: Optional<"replace" | "sum">
  by?: Num
  calcMode?: Optional<"discrete" | "linear" | "paced" | "spline">
  from?: Num
  keySplines?: Text
  keyTimes?: Text
  to?: Num
  values?: Text
}

interface Animate extends Animation {
  attributeName?: Text
}

interface Gradient extends Core, Reference {
  gradientTransform?: Text
  gradientUnits?: Units
  spreadMethod?: Optional<"pad" | "reflect" | "repeat">
}

interface TextPosition extends Core {
  dx?: Num
  dy?: Num
  lengthAdjust?: Optional<"spacing" | "spacingAndGlyphs">
  rotate?: Num
  textLength?: Num
  x?: Num
  y?: Num
}

interface FilterPrimitive extends Presentation, Box {
  result?: Text
}

interface FilterInput extends FilterPrimitive {
  in?: Text
}

interface TransferFunction extends Presentation {
  amplitude?: Num
  exponent?: Num
  intercept?: Num
  offset?: Num
  slope?: Num
  tableValues?: Text
  type?: Optional<"identity" | "table" | "discrete" | "linear" | "gamma">
}

interface Light {
  x?: Num
  y?: Num
  z?: Num
}

export interface SvgElementAttributes {
  animate: Animate
  animateMotion: Animation & { keyPoints?: Text; origin?: Text; path?: Text; rotate?: Num }
  animateTransform: Animate & {
    type?: Optional<"translate" | "scale" | "rotate" | "skewX" | "skewY">
  }
  circle: Shape & { cx?: Num; cy?: Num; r?: Num }
  clipPath: Core & { clipPathUnits?: Units }
  defs: Core
  desc: Core
  ellipse: Shape & { cx?: Num; cy?: Num; rx?: Num; ry?: Num }
  feBlend: FilterInput & { in2?: Text; mode?: Text }
  feColorMatrix: FilterInput & {
    type?: Optional<"matrix" | "saturate" | "hueRotate" | "luminanceToAlpha">
    values?: Num
  }
  feComponentTransfer: FilterInput
  feComposite: FilterInput & { in2?: Text; k1?: Num; k2?: Num; k3?: Num; k4?: Num; operator?: Text }
  feConvolveMatrix: FilterInput & {
    bias?: Num
    divisor?: Num
    edgeMode?: Optional<"duplicate" | "wrap" | "none">
    kernelMatrix?: Text
    order?: Num
    preserveAlpha?: boolean | "true" | "false" | null | undefined
    targetX?: Num
    targetY?: Num
  }
  feDiffuseLighting: FilterInput & { diffuseConstant?: Num; surfaceScale?: Num }
  feDisplacementMap: FilterInput & {
    in2?: Text
    scale?: Num
    xChannelSelector?: Text
    yChannelSelector?: Text
  }
  feDistantLight: { azimuth?: Num; elevation?: Num }
  feDropShadow: FilterInput & { dx?: Num; dy?: Num; stdDeviation?: Num }
  feFlood: FilterPrimitive
  feFuncA: TransferFunction
  feFuncB: TransferFunction
  feFuncG: TransferFunction
  feFuncR: TransferFunction
  feGaussianBlur: FilterInput & {
    edgeMode?: Optional<"duplicate" | "wrap" | "none">
    stdDeviation?: Num
  }
  feImage: FilterPrimitive & Reference & { crossorigin?: Text; preserveAspectRatio?: Text }
  feMerge: FilterPrimitive
  feMergeNode: { in?: Text }
  feMorphology: FilterInput & { operator?: Optional<"erode" | "dilate">; radius?: Num }
  feOffset: FilterInput & { dx?: Num; dy?: Num }
  fePointLight: Light
  feSpecularLighting: FilterInput & {
    specularConstant?: Num
    specularExponent?: Num
    surfaceScale?: Num
  }
  feSpotLight: Light & {
    limitingConeAngle?: Num
    pointsAtX?: Num
    pointsAtY?: Num
    pointsAtZ?: Num
    specularExponent?: Num
  }
  feTile: FilterInput
  feTurbulence: FilterPrimitive & {
    baseFrequency?: Num
    numOctaves?: Num
    seed?: Num
    stitchTiles?: Optional<"stitch" | "noStitch">
    type?: Optional<"fractalNoise" | "turbulence">
  }
  filter: Core & Box & { filterUnits?: Units; primitiveUnits?: Units }
  foreignObject: Core & Box
  g: Core
  image: Core &
    Box &
    Reference & { crossorigin?: Text; decoding?: Text; preserveAspectRatio?: Text }
  line: Shape & { x1?: Num; x2?: Num; y1?: Num; y2?: Num }
  linearGradient: Gradient & { x1?: Num; x2?: Num; y1?: Num; y2?: Num }
  marker: Core &
    Viewport & {
      markerHeight?: Num
      markerUnits?: Text
      markerWidth?: Num
      orient?: Num
      refX?: Num
      refY?: Num
    }
  mask: Core & Box & { maskContentUnits?: Units; maskUnits?: Units }
  metadata: Core
  mpath: Reference
  path: Shape & { d?: Text }
  pattern: Core &
    Box &
    Viewport &
    Reference & { patternContentUnits?: Units; patternTransform?: Text; patternUnits?: Units }
  polygon: Shape & { points?: Text }
  polyline: Shape & { points?: Text }
  radialGradient: Gradient & { cx?: Num; cy?: Num; fr?: Num; fx?: Num; fy?: Num; r?: Num }
  rect: Shape & Box & { rx?: Num; ry?: Num }
  set: Timing & Reference & { attributeName?: Text; to?: Num }
  stop: Presentation & { offset?: Num }
  svg: Core & Box & Viewport & Zoom & { baseProfile?: Text; version?: Num; "xmlns:xlink"?: Text }
  switch: Core
  symbol: Core & Box & Viewport & { refX?: Num; refY?: Num }
  text: TextPosition
  textPath: Core &
    Reference & {
      lengthAdjust?: Optional<"spacing" | "spacingAndGlyphs">
      method?: Optional<"align" | "stretch">
      path?: Text
      side?: Optional<"left" | "right">
      spacing?: Optional<"auto" | "exact">
      startOffset?: Num
      textLength?: Num
    }
  tspan: TextPosition
  use: Core & Box & Reference
  view: Viewport & Zoom
}
