// A function for every HTML element, in lower case and capitalised.
import type { TagAttributes } from "./attribute-types.ts"
import { type Tag, tag } from "./tag.ts"

type For<Name extends string> = Tag<TagAttributes<Name>>

export const a: For<"a"> = tag("a")
export const abbr: For<"abbr"> = tag("abbr")
export const address: For<"address"> = tag("address")
export const area: For<"area"> = tag("area")
export const article: For<"article"> = tag("article")
export const aside: For<"aside"> = tag("aside")
export const audio: For<"audio"> = tag("audio")
export const b: For<"b"> = tag("b")
export const base: For<"base"> = tag("base")
export const bdi: For<"bdi"> = tag("bdi")
export const bdo: For<"bdo"> = tag("bdo")
export const blockquote: For<"blockquote"> = tag("blockquote")
export const body: For<"body"> = tag("body")
export const br: For<"br"> = tag("br")
export const button: For<"button"> = tag("button")
export const canvas: For<"canvas"> = tag("canvas")
export const caption: For<"caption"> = tag("caption")
export const cite: For<"cite"> = tag("cite")
export const code: For<"code"> = tag("code")
export const col: For<"col"> = tag("col")
export const colgroup: For<"colgroup"> = tag("colgroup")
export const data: For<"data"> = tag("data")
export const datalist: For<"datalist"> = tag("datalist")
export const dd: For<"dd"> = tag("dd")
export const del: For<"del"> = tag("del")
export const details: For<"details"> = tag("details")
export const dfn: For<"dfn"> = tag("dfn")
export const dialog: For<"dialog"> = tag("dialog")
export const div: For<"div"> = tag("div")
export const dl: For<"dl"> = tag("dl")
export const dt: For<"dt"> = tag("dt")
export const em: For<"em"> = tag("em")
export const embed: For<"embed"> = tag("embed")
export const fieldset: For<"fieldset"> = tag("fieldset")
export const figcaption: For<"figcaption"> = tag("figcaption")
export const figure: For<"figure"> = tag("figure")
export const footer: For<"footer"> = tag("footer")
export const form: For<"form"> = tag("form")
export const h1: For<"h1"> = tag("h1")
export const h2: For<"h2"> = tag("h2")
export const h3: For<"h3"> = tag("h3")
export const h4: For<"h4"> = tag("h4")
export const h5: For<"h5"> = tag("h5")
export const h6: For<"h6"> = tag("h6")
export const head: For<"head"> = tag("head")
export const header: For<"header"> = tag("header")
export const hgroup: For<"hgroup"> = tag("hgroup")
export const hr: For<"hr"> = tag("hr")
/** The root element, with the doctype before it. In lower case, html is the template tag. */
export const Html: For<"html"> = tag("html")
export const i: For<"i"> = tag("i")
export const iframe: For<"iframe"> = tag("iframe")
export const img: For<"img"> = tag("img")
export const input: For<"input"> = tag("input")
export const ins: For<"ins"> = tag("ins")
export const kbd: For<"kbd"> = tag("kbd")
export const label: For<"label"> = tag("label")
export const legend: For<"legend"> = tag("legend")
export const li: For<"li"> = tag("li")
export const link: For<"link"> = tag("link")
export const main: For<"main"> = tag("main")
export const map: For<"map"> = tag("map")
export const mark: For<"mark"> = tag("mark")
export const menu: For<"menu"> = tag("menu")
export const meta: For<"meta"> = tag("meta")
export const meter: For<"meter"> = tag("meter")
export const nav: For<"nav"> = tag("nav")
export const noscript: For<"noscript"> = tag("noscript")
export const object: For<"object"> = tag("object")
export const ol: For<"ol"> = tag("ol")
export const optgroup: For<"optgroup"> = tag("optgroup")
export const option: For<"option"> = tag("option")
export const output: For<"output"> = tag("output")
export const p: For<"p"> = tag("p")
export const picture: For<"picture"> = tag("picture")
export const pre: For<"pre"> = tag("pre")
export const progress: For<"progress"> = tag("progress")
export const q: For<"q"> = tag("q")
export const rp: For<"rp"> = tag("rp")
export const rt: For<"rt"> = tag("rt")
export const ruby: For<"ruby"> = tag("ruby")
export const s: For<"s"> = tag("s")
export const samp: For<"samp"> = tag("samp")
export const script: For<"script"> = tag("script")
export const search: For<"search"> = tag("search")
export const section: For<"section"> = tag("section")
export const select: For<"select"> = tag("select")
export const selectedcontent: For<"selectedcontent"> = tag("selectedcontent")
export const slot: For<"slot"> = tag("slot")
export const small: For<"small"> = tag("small")
export const source: For<"source"> = tag("source")
export const span: For<"span"> = tag("span")
export const strong: For<"strong"> = tag("strong")
export const style: For<"style"> = tag("style")
export const sub: For<"sub"> = tag("sub")
export const summary: For<"summary"> = tag("summary")
export const sup: For<"sup"> = tag("sup")
export const table: For<"table"> = tag("table")
export const tbody: For<"tbody"> = tag("tbody")
export const td: For<"td"> = tag("td")
export const template: For<"template"> = tag("template")
export const textarea: For<"textarea"> = tag("textarea")
export const tfoot: For<"tfoot"> = tag("tfoot")
export const th: For<"th"> = tag("th")
export const thead: For<"thead"> = tag("thead")
export const time: For<"time"> = tag("time")
export const title: For<"title"> = tag("title")
export const tr: For<"tr"> = tag("tr")
export const track: For<"track"> = tag("track")
export const u: For<"u"> = tag("u")
export const ul: For<"ul"> = tag("ul")
const varTag: For<"var"> = tag("var")
export const video: For<"video"> = tag("video")
export const wbr: For<"wbr"> = tag("wbr")

export {
  a as A,
  abbr as Abbr,
  address as Address,
  area as Area,
  article as Article,
  aside as Aside,
  audio as Audio,
  b as B,
  base as Base,
  bdi as Bdi,
  bdo as Bdo,
  blockquote as Blockquote,
  body as Body,
  br as Br,
  button as Button,
  canvas as Canvas,
  caption as Caption,
  cite as Cite,
  code as Code,
  col as Col,
  colgroup as Colgroup,
  data as Data,
  datalist as Datalist,
  dd as Dd,
  del as Del,
  details as Details,
  dfn as Dfn,
  dialog as Dialog,
  div as Div,
  dl as Dl,
  dt as Dt,
  em as Em,
  embed as Embed,
  fieldset as Fieldset,
  figcaption as Figcaption,
  figure as Figure,
  footer as Footer,
  form as Form,
  h1 as H1,
  h2 as H2,
  h3 as H3,
  h4 as H4,
  h5 as H5,
  h6 as H6,
  head as Head,
  header as Header,
  hgroup as Hgroup,
  hr as Hr,
  i as I,
  iframe as Iframe,
  img as Img,
  input as Input,
  ins as Ins,
  kbd as Kbd,
  label as Label,
  legend as Legend,
  li as Li,
  link as Link,
  main as Main,
  map as Map,
  mark as Mark,
  menu as Menu,
  meta as Meta,
  meter as Meter,
  nav as Nav,
  noscript as Noscript,
  object as Object,
  ol as Ol,
  optgroup as Optgroup,
  option as Option,
  output as Output,
  p as P,
  picture as Picture,
  pre as Pre,
  progress as Progress,
  q as Q,
  rp as Rp,
  rt as Rt,
  ruby as Ruby,
  s as S,
  samp as Samp,
  script as Script,
  search as Search,
  section as Section,
  select as Select,
  selectedcontent as Selectedcontent,
  slot as Slot,
  small as Small,
  source as Source,
  span as Span,
  strong as Strong,
  style as Style,
  sub as Sub,
  summary as Summary,
  sup as Sup,
  table as Table,
  tbody as Tbody,
  td as Td,
  template as Template,
  textarea as Textarea,
  tfoot as Tfoot,
  th as Th,
  thead as Thead,
  time as Time,
  title as Title,
  tr as Tr,
  track as Track,
  u as U,
  ul as Ul,
  varTag as Var,
  varTag as var,
  video as Video,
  wbr as Wbr,
}
