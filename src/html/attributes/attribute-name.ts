// Meaning of an attribute name: how it is printed, and which values it may carry. Looked up once per name.
import {
  type AddressKind,
  addressKind,
  isCodeProperty,
  refusalOfName,
} from "../../shared/attribute-rules.ts"
import { htmlError } from "../markup/call-site.ts"
import { flatText } from "../markup/flat-text.ts"
import { datastarKind, datastarShorthand } from "./datastar-name.ts"

/**
 * How values of an attribute are checked and printed.
 * - `url`, `urlList`, `sourceSet`: addresses; those that run script are dropped
 * - `class`, `style`, `data`, `aria`: take structured values
 * - `boolean`: there or not; numbers count as booleans
 * - `word`: `true` is printed as the word (`data-*`, `aria-*`)
 * - `enumerated`, `yesNo`: booleans are printed as words
 * - `document`: a whole HTML document (`srcdoc`)
 * - `refresh`: `content` of a `<meta>`, which may hold an address
 * - `expression`, `members`, `signals`, `signalName`, `flag`: evaluated by Datastar
 * - `ignored`: `key` and `children`
 */
export type AttributeKind =
  | "plain"
  | AddressKind
  | "class"
  | "style"
  | "data"
  | "aria"
  | "boolean"
  | "word"
  | "enumerated"
  | "yesNo"
  | "document"
  | "expression"
  | "members"
  | "signals"
  | "signalName"
  | "flag"
  | "ignored"

export interface AttributeName {
  readonly name: string
  readonly kind: AttributeKind
  /** ` name="`: what stands before the value. */
  readonly lead: string
  /** ` name`: the attribute without a value. */
  readonly bare: string
  /** Text is printed as it is, escaped. */
  readonly takesAnyText: boolean
  /** Text is printed as it is, or not at all. */
  readonly isAddress: boolean
}

const textKinds = new Set<AttributeKind>([
  "plain",
  "class",
  "style",
  "boolean",
  "word",
  "enumerated",
  "yesNo",
  "aria",
])
const addressKinds = new Set<AttributeKind>([
  "url",
  "urlList",
  "sourceSet",
  "refresh",
  "data",
] satisfies (AddressKind | "data")[])

const namesByKind: readonly (readonly [AttributeKind, string])[] = [
  ["class", "class"],
  ["style", "style"],
  ["data", "data"],
  ["aria", "aria"],
  [
    "boolean",
    "allowfullscreen async autofocus autoplay checked compact controls declare default defer disabled disablepictureinpicture disableremoteplayback formnovalidate hidden inert ismap itemscope loop multiple muted nohref nomodule noresize noshade novalidate nowrap open playsinline readonly required reversed selected shadowrootclonable shadowrootdelegatesfocus shadowrootserializable",
  ],
  // Of ARIA only the states and properties whose values are words: `aria-label={false}` drops the label.
  [
    "enumerated",
    "contenteditable draggable spellcheck writingsuggestions focusable preservealpha externalresourcesrequired aria-atomic aria-busy aria-checked aria-current aria-disabled aria-expanded aria-grabbed aria-haspopup aria-hidden aria-invalid aria-modal aria-multiline aria-multiselectable aria-pressed aria-readonly aria-required aria-selected",
  ],
  ["yesNo", "translate"],
  ["document", "srcdoc"],
  ["ignored", "key children"],
]

const kinds = new Map<string, AttributeKind>()
for (const [kind, names] of namesByKind) for (const name of names.split(" ")) kinds.set(name, kind)

/** Other spellings of a name: RustyTags' and React's. */
const aliases = new Map<string, string>([
  ["cls", "class"],
  ["class_", "class"],
  ["_class", "class"],
  ["klass", "class"],
  ["htmlClass", "class"],
  ["className", "class"],
  ["htmlFor", "for"],
])

/** Whether a name is one of ours for another: `className`, which a browser does not know. */
export const isAlias = (name: string): boolean => aliases.has(name)

const cache = new Map<string, AttributeName>()
/** Names can come from data (`{...record}`): the cache must not grow with it. */
export const maxKnownNames: number = 4096
const maxKnownLength = 80

/** @throws NITRO_HTML_ATTRIBUTE for a name that cannot be printed, NITRO_HTML_HANDLER for `onclick` and its like. */
export function attributeName(written: string): AttributeName {
  const cached = cache.get(written)
  if (cached !== undefined) return cached
  const name = printedName(written)
  const kind = kindOf(name)
  const entry: AttributeName = {
    name,
    kind,
    lead: flatText(` ${name}="`),
    bare: flatText(` ${name}`),
    takesAnyText: textKinds.has(kind),
    isAddress: addressKinds.has(kind),
  }
  if (cache.size < maxKnownNames && written.length <= maxKnownLength) cache.set(written, entry)
  return entry
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
const unprintable = /[\s"'<>/=\\`\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/

function printedName(written: string): string {
  const name =
    aliases.get(written) ?? (written.includes("_") ? withoutUnderscores(written) : written)
  if (name === "" || unprintable.test(name)) {
    throw htmlError(
      "NITRO_HTML_ATTRIBUTE",
      `${JSON.stringify(written.slice(0, 60))} is not an attribute name.`,
      {
        fix: "Attribute names are letters, digits, `-`, `:`, `.` and `_`. Never take them from user data.",
      },
    )
  }
  if (refusalOfName(name) === "handler") throw refuseHandler(name, name)
  if (/^(dangerouslySetInnerHTML|innerHTML|outerHTML|textContent)$/i.test(name)) {
    throw htmlError("NITRO_HTML_ATTRIBUTE", `There is no ${name} here: it is not an attribute.`, {
      fix: "Give trusted markup as a child: `raw(text)`.",
    })
  }
  return name
}

/** `_for` is `for`, `data_foo_bar` is `data-foo-bar`; names that are already spelled as HTML stay as they are. */
function withoutUnderscores(written: string): string {
  if (/[-:.]/.test(written)) return written
  const shorthand = datastarShorthand(written)
  if (shorthand !== undefined) return shorthand
  const name = written.replace(/^_+|_+$/g, "")
  return name.replace(/^(xlink|xml|xmlns)_/, "$1:").replaceAll("_", "-")
}

function kindOf(name: string): AttributeKind {
  // HTML lower-cases attribute names, so `DATA-ON:CLICK` is one too.
  const lower = name.toLowerCase()
  const evaluated = datastarKind(lower)
  if (evaluated === undefined)
    return (
      kinds.get(lower) ?? addressKind(lower) ?? (/^(?:data|aria)-/.test(lower) ? "word" : "plain")
    )
  if (isAttributePlugin(lower)) judgeTarget(keyOf(lower))
  for (const [, property = ""] of lower.matchAll(/__prop\.([^_]*)/g)) {
    if (!isCodeProperty(property)) continue
    throw htmlError(
      "NITRO_HTML_ATTRIBUTE",
      `The attribute ${name} is refused: the property ${property} holds code or markup.`,
      {
        fix: "Show text with `data-text={expression}`.",
      },
    )
  }
  return evaluated
}

/** Whether `name` is a `data-attr`, which sets other attributes. */
export const isAttributePlugin = (name: string): boolean =>
  /^data-(?:star-)?attr(?![^:_])/i.test(name)

/** `href` of `data-attr:href__modifier`; `""` without a key. */
const keyOf = (name: string): string => /^[^:]*:(.*?)(?:__.*)?$/s.exec(name)?.[1] ?? ""

/** Checks the name of an attribute that the page sets. @throws the errors of `attributeName`. */
export function judgeTarget(target: string): void {
  const name = target.toLowerCase()
  const refusal = refusalOfName(name)
  if (refusal === "handler") throw refuseHandler(name, `data-attr:${name}`)
  if (refusal === undefined && datastarKind(name) === undefined) return
  const why =
    refusal === "document" ? "its value is a document" : "the page would evaluate its value"
  throw htmlError("NITRO_HTML_ATTRIBUTE", `data-attr cannot set the attribute ${name}: ${why}.`, {
    fix:
      refusal === "document"
        ? "Patch the element with markup instead."
        : `Write \`${name}={expression}\`.`,
  })
}

function refuseHandler(handler: string, written: string): Error {
  return htmlError(
    "NITRO_HTML_HANDLER",
    `The attribute ${written} is refused: its value would run as script.`,
    {
      fix: `Write \`data-on:${handler.slice(2).toLowerCase()}={expression}\` with an expression from \`nitro-ts/datastar\`.`,
    },
  )
}
