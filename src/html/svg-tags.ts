// A function for every SVG element that HTML has not got, in its own case and capitalised.
import type { TagAttributes } from "./attribute-types.ts"
import { type Tag, tag } from "./tag.ts"

type For<Name extends string> = Tag<TagAttributes<Name>>

export const animate: For<"animate"> = tag("animate")
export const animateMotion: For<"animateMotion"> = tag("animateMotion")
export const animateTransform: For<"animateTransform"> = tag("animateTransform")
export const circle: For<"circle"> = tag("circle")
export const clipPath: For<"clipPath"> = tag("clipPath")
export const defs: For<"defs"> = tag("defs")
export const desc: For<"desc"> = tag("desc")
export const ellipse: For<"ellipse"> = tag("ellipse")
export const feBlend: For<"feBlend"> = tag("feBlend")
export const feColorMatrix: For<"feColorMatrix"> = tag("feColorMatrix")
export const feComponentTransfer: For<"feComponentTransfer"> = tag("feComponentTransfer")
export const feComposite: For<"feComposite"> = tag("feComposite")
export const feConvolveMatrix: For<"feConvolveMatrix"> = tag("feConvolveMatrix")
export const feDiffuseLighting: For<"feDiffuseLighting"> = tag("feDiffuseLighting")
export const feDisplacementMap: For<"feDisplacementMap"> = tag("feDisplacementMap")
export const feDistantLight: For<"feDistantLight"> = tag("feDistantLight")
export const feDropShadow: For<"feDropShadow"> = tag("feDropShadow")
export const feFlood: For<"feFlood"> = tag("feFlood")
export const feFuncA: For<"feFuncA"> = tag("feFuncA")
export const feFuncB: For<"feFuncB"> = tag("feFuncB")
export const feFuncG: For<"feFuncG"> = tag("feFuncG")
export const feFuncR: For<"feFuncR"> = tag("feFuncR")
export const feGaussianBlur: For<"feGaussianBlur"> = tag("feGaussianBlur")
export const feImage: For<"feImage"> = tag("feImage")
export const feMerge: For<"feMerge"> = tag("feMerge")
export const feMergeNode: For<"feMergeNode"> = tag("feMergeNode")
export const feMorphology: For<"feMorphology"> = tag("feMorphology")
export const feOffset: For<"feOffset"> = tag("feOffset")
export const fePointLight: For<"fePointLight"> = tag("fePointLight")
export const feSpecularLighting: For<"feSpecularLighting"> = tag("feSpecularLighting")
export const feSpotLight: For<"feSpotLight"> = tag("feSpotLight")
export const feTile: For<"feTile"> = tag("feTile")
export const feTurbulence: For<"feTurbulence"> = tag("feTurbulence")
export const filter: For<"filter"> = tag("filter")
export const foreignObject: For<"foreignObject"> = tag("foreignObject")
export const g: For<"g"> = tag("g")
export const image: For<"image"> = tag("image")
export const line: For<"line"> = tag("line")
export const linearGradient: For<"linearGradient"> = tag("linearGradient")
export const marker: For<"marker"> = tag("marker")
export const mask: For<"mask"> = tag("mask")
export const metadata: For<"metadata"> = tag("metadata")
export const mpath: For<"mpath"> = tag("mpath")
export const path: For<"path"> = tag("path")
export const pattern: For<"pattern"> = tag("pattern")
export const polygon: For<"polygon"> = tag("polygon")
export const polyline: For<"polyline"> = tag("polyline")
export const radialGradient: For<"radialGradient"> = tag("radialGradient")
export const rect: For<"rect"> = tag("rect")
export const set: For<"set"> = tag("set")
export const stop: For<"stop"> = tag("stop")
export const svg: For<"svg"> = tag("svg")
const switchTag: For<"switch"> = tag("switch")
export const symbol: For<"symbol"> = tag("symbol")
export const text: For<"text"> = tag("text")
export const textPath: For<"textPath"> = tag("textPath")
export const tspan: For<"tspan"> = tag("tspan")
export const use: For<"use"> = tag("use")
export const view: For<"view"> = tag("view")

export {
  animate as Animate,
  animateMotion as AnimateMotion,
  animateTransform as AnimateTransform,
  circle as Circle,
  clipPath as ClipPath,
  defs as Defs,
  desc as Desc,
  ellipse as Ellipse,
  feBlend as FeBlend,
  feColorMatrix as FeColorMatrix,
  feComponentTransfer as FeComponentTransfer,
  feComposite as FeComposite,
  feConvolveMatrix as FeConvolveMatrix,
  feDiffuseLighting as FeDiffuseLighting,
  feDisplacementMap as FeDisplacementMap,
  feDistantLight as FeDistantLight,
  feDropShadow as FeDropShadow,
  feFlood as FeFlood,
  feFuncA as FeFuncA,
  feFuncB as FeFuncB,
  feFuncG as FeFuncG,
  feFuncR as FeFuncR,
  feGaussianBlur as FeGaussianBlur,
  feImage as FeImage,
  feMerge as FeMerge,
  feMergeNode as FeMergeNode,
  feMorphology as FeMorphology,
  feOffset as FeOffset,
  fePointLight as FePointLight,
  feSpecularLighting as FeSpecularLighting,
  feSpotLight as FeSpotLight,
  feTile as FeTile,
  feTurbulence as FeTurbulence,
  filter as Filter,
  foreignObject as ForeignObject,
  g as G,
  image as Image,
  line as Line,
  linearGradient as LinearGradient,
  marker as Marker,
  mask as Mask,
  metadata as Metadata,
  mpath as Mpath,
  path as Path,
  pattern as Pattern,
  polygon as Polygon,
  polyline as Polyline,
  radialGradient as RadialGradient,
  rect as Rect,
  set as Set,
  stop as Stop,
  svg as Svg,
  switchTag as Switch,
  switchTag as switch,
  symbol as Symbol,
  text as Text,
  textPath as TextPath,
  tspan as Tspan,
  use as Use,
  view as View,
}
