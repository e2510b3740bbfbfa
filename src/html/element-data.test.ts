// Elements and attributes are those of packages that follow the standards, but for what is named here with its reason.
import { htmlElementAttributes } from "html-element-attributes"
import { htmlTagNames } from "html-tag-names"
import { svgElementAttributes } from "svg-element-attributes"
import { svgTagNames } from "svg-tag-names"
import ts from "typescript"
import { describe, expect, it } from "vitest"
import { root } from "../../test/support/imports.ts"
import * as htmlTags from "./elements/html-tags.ts"
import * as svgTags from "./elements/svg-tags.ts"

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean)

const withoutFunction = new Set([
  // Obsolete in HTML (html.spec.whatwg.org, section 16.2), or never more than an idea; `CustomTag(name)` prints any of them.
  ...words(
    "acronym applet basefont bgsound big blink center command content dir element font frame frameset image isindex",
  ),
  ...words(
    "keygen listing marquee menuitem multicol nextid nobr noembed noframes param plaintext rb rbc rtc shadow spacer",
  ),
  ...words("strike tt xmp"),
  // `html` is the template tag, `Html` the element.
  "html",
  // The door to MathML, whose elements have no functions.
  "math",
  // SVG 1.1 fonts, cursors and glyphs, and SVG 1.2 Tiny: not in SVG 2.
  ...words(
    "altGlyph altGlyphDef altGlyphItem animateColor animation color-profile cursor font font-face font-face-format",
  ),
  ...words(
    "font-face-name font-face-src font-face-uri glyph glyphRef handler hkern listener missing-glyph prefetch",
  ),
  ...words("solidColor tbreak textArea tref vkern"),
  // In SVG 2, but in no browser.
  ...words("discard unknown"),
])

/** In the HTML standard, but not in the package yet. */
const newer = new Set(["selectedcontent"])

/** Attributes of HTML that the standard calls obsolete (section 16.2), by element. */
const obsolete: Readonly<Record<string, string>> = {
  a: "charset coords name rev shape",
  area: "hreflang nohref type",
  body: "alink background bgcolor link text vlink",
  br: "clear",
  caption: "align",
  col: "align char charoff valign width",
  colgroup: "align char charoff valign width",
  div: "align",
  dl: "compact",
  form: "accept",
  h1: "align",
  h2: "align",
  h3: "align",
  h4: "align",
  h5: "align",
  h6: "align",
  head: "profile",
  hr: "align noshade size width",
  html: "manifest version",
  iframe:
    "align allowpaymentrequest allowusermedia frameborder longdesc marginheight marginwidth scrolling",
  img: "align border hspace longdesc name vspace",
  input: "align ismap usemap",
  label: "form",
  legend: "align",
  li: "type",
  link: "charset rev target",
  menu: "compact",
  meta: "scheme",
  object:
    "align archive border classid codebase codetype declare hspace standby typemustmatch usemap vspace",
  ol: "compact",
  p: "align",
  pre: "width",
  script: "charset language",
  table: "align bgcolor border cellpadding cellspacing frame rules summary width",
  tbody: "align char charoff valign",
  td: "align axis bgcolor char charoff height nowrap scope valign width",
  tfoot: "align char charoff valign",
  th: "align axis bgcolor char charoff height nowrap valign width",
  thead: "align char charoff valign",
  tr: "align bgcolor char charoff valign",
  ul: "compact type",
}

/** Attributes of SVG that are left out, on whichever element the package has them. */
const leftOut = new Set([
  // Presentation properties that CSS and SVG 2 have dropped.
  ...words(
    "clip color-profile color-rendering enable-background glyph-orientation-horizontal glyph-orientation-vertical kerning",
  ),
  // SVG 1.1 and 1.2 Tiny: conditions, navigation by keys, timelines and editing that SVG 2 does not have.
  ...words(
    "attributeType contentScriptType contentStyleType editable externalResourcesRequired filterRes focusable focusHighlight",
  ),
  ...words(
    "nav-down nav-down-left nav-down-right nav-left nav-next nav-prev nav-right nav-up nav-up-left nav-up-right",
  ),
  ...words(
    "playbackorder playbackOrder requiredFeatures requiredFonts requiredFormats snapshotTime syncBehaviorDefault",
  ),
  ...words("syncToleranceDefault timelinebegin timelineBegin viewTarget"),
  // The RDFa attributes of SVG 1.2 Tiny.
  ...words("about content datatype rel resource rev"),
  // Deprecated by Filter Effects, and in no browser.
  "kernelUnitLength",
])

/** Attributes that the packages do not have, and browsers do. */
const added: Readonly<Record<string, string>> = {
  audio: "controlslist",
  form: "rel",
  input: "capture",
  video: "controlslist disablepictureinpicture",
  image: "decoding",
  svg: "xmlns:xlink",
  // Printed as its text.
  textarea: "value",
}
/** The same on any element of SVG: `xlink:href` is what older viewers read, `transform-origin` is new in SVG 2. */
const addedToSvg = new Set(words("xlink:href transform-origin requiredExtensions systemLanguage"))

describe("tag functions", () => {
  it.each([
    ["HTML", htmlTagNames, htmlTags],
    ["SVG", svgTagNames, svgTags],
  ])("has one for every element of %s, and for no other", (_, names, tags) => {
    const functions = Object.keys(tags).filter(name => /^[a-z]/.test(name))
    const everywhere = new Set([...Object.keys(htmlTags), ...Object.keys(svgTags)])
    expect(names.filter(name => !everywhere.has(name) && !withoutFunction.has(name))).toEqual([])
    expect(functions.filter(name => !names.includes(name) && !newer.has(name))).toEqual([])
    for (const name of functions)
      expect(Object.keys(tags)).toContain(name.charAt(0).toUpperCase() + name.slice(1))
  })

  it("lists no exception that is none", () => {
    const names = new Set([...htmlTagNames, ...svgTagNames])
    const functions = new Set([...Object.keys(htmlTags), ...Object.keys(svgTags)])
    expect(
      [...withoutFunction].filter(
        name => !names.has(name) || (functions.has(name) && name !== "image"),
      ),
    ).toEqual([])
  })
})

describe("attributes", () => {
  const types = attributeTypes()

  it("has every global attribute", () => {
    expect((htmlElementAttributes["*"] ?? []).filter(name => !types.global.has(name))).toEqual([])
  })

  it("has the attributes of every HTML element, and no other", () => {
    for (const [tag, ours] of types.html) {
      const theirs = htmlElementAttributes[tag] ?? []
      const skipped = words(obsolete[tag] ?? "")
      expect(
        theirs.filter(name => !ours.has(name) && !types.global.has(name)).sort(),
        `<${tag}> lacks`,
      ).toEqual(skipped.sort())
      expect(
        [...ours].filter(name => !theirs.includes(name)).sort(),
        `<${tag}> has besides`,
      ).toEqual(words(added[tag] ?? "").sort())
    }
    expect([...types.html.keys()].sort()).toEqual(functionsOf(htmlTags).concat("html").sort())
  })

  it("has the attributes of every SVG element, and no other", () => {
    const everywhere = svgElementAttributes["*"] ?? []
    const presentation = types.svg.get("g") ?? new Set()
    for (const [tag, ours] of types.svg) {
      // SVG 1.1 gave animations all properties that they can animate; SVG 2 does not.
      const isProperty = (name: string): boolean => tag === "animate" && presentation.has(name)
      const theirs = svgElementAttributes[tag] ?? []
      const lacks = theirs.filter(
        name =>
          !ours.has(name) && !types.global.has(name) && !leftOut.has(name) && !isProperty(name),
      )
      // The type of an <image> was in SVG 1.2 Tiny alone.
      expect(lacks, `<${tag}> lacks`).toEqual(tag === "image" ? ["type"] : [])
      const besides = [...ours].filter(
        name => !theirs.includes(name) && !everywhere.includes(name) && !addedToSvg.has(name),
      )
      expect(besides, `<${tag}> has besides`).toEqual(words(added[tag] ?? ""))
    }
    expect([...types.svg.keys()].sort()).toEqual(functionsOf(svgTags).sort())
  })
})

function functionsOf(tags: object): string[] {
  return Object.keys(tags).filter(name => /^[a-z]/.test(name))
}

/** The names of attributes as the types have them, read by the compiler. */
function attributeTypes(): {
  global: Set<string>
  html: Map<string, Set<string>>
  svg: Map<string, Set<string>>
} {
  const program = ts.createProgram([`${root}/src/html/attributes/attribute-types.ts`], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts"],
    types: [],
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
  })
  const checker = program.getTypeChecker()
  const typeOf = (file: string, name: string): ts.Type => {
    const source = program.getSourceFile(`${root}/src/html/attributes/${file}`)
    const module = source && checker.getSymbolAtLocation(source)
    const symbol =
      module && checker.getExportsOfModule(module).find(candidate => candidate.name === name)
    if (symbol === undefined) throw new Error(`${file} exports no ${name}.`)
    return checker.getDeclaredTypeOfSymbol(symbol)
  }
  const namesOf = (type: ts.Type): Set<string> =>
    new Set(type.getProperties().map(property => property.name))
  const byElement = (file: string, name: string): Map<string, Set<string>> =>
    new Map(
      typeOf(file, name)
        .getProperties()
        .map(element => [element.name, namesOf(checker.getTypeOfSymbol(element))]),
    )
  return {
    global: namesOf(typeOf("attribute-types.ts", "GlobalAttributes")),
    html: byElement("html-attributes.ts", "HtmlElementAttributes"),
    svg: byElement("svg-attributes.ts", "SvgElementAttributes"),
  }
}
