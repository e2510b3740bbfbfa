// The HTML elements and the attributes that only they take (html.spec.whatwg.org, November 2026).

import type { Markup } from "../markup/markup.ts"
import type { Flag, Optional, Text, TextOrNumber, Url } from "./attribute-values.ts"

// biome-ignore lint/complexity/noBannedTypes: an element without specific attributes
type None = {}

type ReferrerPolicy =
  | ""
  | "no-referrer"
  | "no-referrer-when-downgrade"
  | "same-origin"
  | "origin"
  | "strict-origin"
  | "origin-when-cross-origin"
  | "strict-origin-when-cross-origin"
  | "unsafe-url"
type CrossOrigin = Flag | "" | "anonymous" | "use-credentials"
type Target = Optional<"_self" | "_blank" | "_parent" | "_top" | (string & {})>
type Size = TextOrNumber
type Loading = Optional<"eager" | "lazy">
type FetchPriority = Optional<"high" | "low" | "auto">
type Preload = Flag | "" | "none" | "metadata" | "auto"
type FormMethod = Optional<"get" | "post" | "dialog" | "GET" | "POST" | "DIALOG">
type FormEncoding = Optional<
  "application/x-www-form-urlencoded" | "multipart/form-data" | "text/plain"
>

export type InputType =
  | "button"
  | "checkbox"
  | "color"
  | "date"
  | "datetime-local"
  | "email"
  | "file"
  | "hidden"
  | "image"
  | "month"
  | "number"
  | "password"
  | "radio"
  | "range"
  | "reset"
  | "search"
  | "submit"
  | "tel"
  | "text"
  | "time"
  | "url"
  | "week"

interface Linking {
  download?: Flag | string
  href?: Url
  ping?: Text
  referrerpolicy?: Optional<ReferrerPolicy>
  rel?: Text
  target?: Target
}

interface Anchor extends Linking {
  hreflang?: Text
  type?: Text
}

interface Area extends Linking {
  alt?: Text
  coords?: Text
  shape?: Optional<"rect" | "circle" | "poly" | "default">
}

interface Media {
  autoplay?: Flag
  controls?: Flag
  controlslist?: Text
  crossorigin?: CrossOrigin
  loop?: Flag
  muted?: Flag
  preload?: Preload
  src?: Url
}

interface Video extends Media {
  disablepictureinpicture?: Flag
  height?: Size
  playsinline?: Flag
  poster?: Url
  width?: Size
}

interface FormSubmission {
  formaction?: Url
  formenctype?: FormEncoding
  formmethod?: FormMethod
  formnovalidate?: Flag
  formtarget?: Target
  popovertarget?: Text
  popovertargetaction?: Optional<"show" | "hide" | "toggle">
}

interface Field {
  disabled?: Flag
  form?: Text
  name?: Text
}

interface Button extends Field, FormSubmission {
  command?: Optional<
    | "show-modal"
    | "close"
    | "request-close"
    | "show-popover"
    | "hide-popover"
    | "toggle-popover"
    | `--${string}`
  >
  commandfor?: Text
  type?: Optional<"submit" | "reset" | "button">
  value?: TextOrNumber
}

interface Form {
  "accept-charset"?: Text
  action?: Url
  autocomplete?: Optional<"on" | "off">
  enctype?: FormEncoding
  method?: FormMethod
  name?: Text
  novalidate?: Flag
  rel?: Text
  target?: Target
}

interface Iframe {
  allow?: Text
  allowfullscreen?: Flag
  height?: Size
  loading?: Loading
  name?: Text
  referrerpolicy?: Optional<ReferrerPolicy>
  sandbox?: Flag | string
  src?: Url
  /** Markup is the document; text is shown as text in it. */
  srcdoc?: Optional<string | Markup>
  width?: Size
}

interface Image {
  alt?: Text
  crossorigin?: CrossOrigin
  decoding?: Optional<"sync" | "async" | "auto">
  fetchpriority?: FetchPriority
  height?: Size
  ismap?: Flag
  loading?: Loading
  referrerpolicy?: Optional<ReferrerPolicy>
  sizes?: Text
  src?: Url
  srcset?: Text
  usemap?: Text
  width?: Size
}

interface Input extends Field, FormSubmission {
  accept?: Text
  alpha?: Flag
  alt?: Text
  autocomplete?: Text
  capture?: Flag | "user" | "environment"
  checked?: Flag
  colorspace?: Optional<"limited-srgb" | "display-p3">
  dirname?: Text
  height?: Size
  list?: Text
  max?: TextOrNumber
  maxlength?: TextOrNumber
  min?: TextOrNumber
  minlength?: TextOrNumber
  multiple?: Flag
  pattern?: Text
  placeholder?: Text
  readonly?: Flag
  required?: Flag
  size?: TextOrNumber
  src?: Url
  step?: TextOrNumber
  type?: Optional<InputType>
  value?: Optional<string | number | bigint>
  width?: Size
}

interface Link {
  as?: Text
  blocking?: Text
  color?: Text
  crossorigin?: CrossOrigin
  disabled?: Flag
  fetchpriority?: FetchPriority
  href?: Url
  hreflang?: Text
  imagesizes?: Text
  imagesrcset?: Text
  integrity?: Text
  media?: Text
  referrerpolicy?: Optional<ReferrerPolicy>
  rel?: Text
  sizes?: Text
  type?: Text
}

interface Meta {
  charset?: Text
  content?: TextOrNumber
  "http-equiv"?: Text
  media?: Text
  name?: Text
}

interface ObjectElement {
  form?: Text
  height?: Size
  name?: Text
  type?: Text
  width?: Size
}

interface Script {
  async?: Flag
  blocking?: Text
  crossorigin?: CrossOrigin
  defer?: Flag
  fetchpriority?: FetchPriority
  integrity?: Text
  nomodule?: Flag
  referrerpolicy?: Optional<ReferrerPolicy>
  src?: Url
  type?: Text
}

interface Select extends Field {
  autocomplete?: Text
  multiple?: Flag
  required?: Flag
  size?: TextOrNumber
}

interface Textarea extends Field {
  autocomplete?: Text
  cols?: TextOrNumber
  dirname?: Text
  maxlength?: TextOrNumber
  minlength?: TextOrNumber
  placeholder?: Text
  readonly?: Flag
  required?: Flag
  rows?: TextOrNumber
  /** Printed as its text, unless it has children. */
  value?: TextOrNumber
  wrap?: Optional<"soft" | "hard">
}

interface Cell {
  abbr?: Text
  colspan?: TextOrNumber
  headers?: Text
  rowspan?: TextOrNumber
}

interface Edit {
  cite?: Url
  datetime?: Text
}

interface Template {
  shadowrootclonable?: Flag
  shadowrootcustomelementregistry?: Flag
  shadowrootdelegatesfocus?: Flag
  shadowrootmode?: Optional<"open" | "closed">
  shadowrootserializable?: Flag
}

export interface HtmlElementAttributes {
  a: Anchor
  abbr: None
  address: None
  area: Area
  article: None
  aside: None
  audio: Media
  b: None
  base: { href?: Url; target?: Target }
  bdi: None
  bdo: None
  blockquote: { cite?: Url }
  body: None
  br: None
  button: Button
  canvas: { height?: Size; width?: Size }
  caption: None
  cite: None
  code: None
  col: { span?: TextOrNumber }
  colgroup: { span?: TextOrNumber }
  data: { value?: TextOrNumber }
  datalist: None
  dd: None
  del: Edit
  details: { name?: Text; open?: Flag }
  dfn: None
  dialog: { closedby?: Optional<"any" | "closerequest" | "none">; open?: Flag }
  div: None
  dl: None
  dt: None
  em: None
  embed: { height?: Size; src?: Url; type?: Text; width?: Size }
  fieldset: Field
  figcaption: None
  figure: None
  footer: None
  form: Form
  h1: None
  h2: None
  h3: None
  h4: None
  h5: None
  h6: None
  head: None
  header: None
  hgroup: None
  hr: None
  html: None
  i: None
  iframe: Iframe
  img: Image
  input: Input
  ins: Edit
  kbd: None
  label: { for?: Text }
  legend: None
  li: { value?: TextOrNumber }
  link: Link
  main: None
  map: { name?: Text }
  mark: None
  menu: None
  meta: Meta
  meter: {
    high?: TextOrNumber
    low?: TextOrNumber
    max?: TextOrNumber
    min?: TextOrNumber
    optimum?: TextOrNumber
    value?: TextOrNumber
  }
  nav: None
  noscript: None
  object: ObjectElement
  ol: { reversed?: Flag; start?: TextOrNumber; type?: Optional<"1" | "a" | "A" | "i" | "I"> }
  optgroup: { disabled?: Flag; label?: Text }
  option: { disabled?: Flag; label?: Text; selected?: Flag; value?: TextOrNumber }
  output: { for?: Text; form?: Text; name?: Text }
  p: None
  picture: None
  pre: None
  progress: { max?: TextOrNumber; value?: TextOrNumber }
  q: { cite?: Url }
  rp: None
  rt: None
  ruby: None
  s: None
  samp: None
  script: Script
  search: None
  section: None
  select: Select
  selectedcontent: None
  slot: { name?: Text }
  small: None
  source: {
    height?: Size
    media?: Text
    sizes?: Text
    src?: Url
    srcset?: Text
    type?: Text
    width?: Size
  }
  span: None
  strong: None
  style: { blocking?: Text; media?: Text; type?: Text }
  sub: None
  summary: None
  sup: None
  table: None
  tbody: None
  td: Cell
  template: Template
  textarea: Textarea
  tfoot: None
  th: Cell & { scope?: Optional<"row" | "col" | "rowgroup" | "colgroup"> }
  thead: None
  time: { datetime?: Text }
  title: None
  tr: None
  track: {
    default?: Flag
    kind?: Optional<"subtitles" | "captions" | "descriptions" | "chapters" | "metadata">
    label?: Text
    src?: Url
    srclang?: Text
  }
  u: None
  ul: None
  var: None
  video: Video
  wbr: None
}
