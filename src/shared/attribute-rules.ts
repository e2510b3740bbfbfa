// Classifies attributes as addresses, handlers or documents, and addresses as scripts: one judgement for the server and the page.

/** How an attribute holds addresses: one, several, images with their sizes, or the target of a refresh. */
export type AddressKind = "url" | "urlList" | "sourceSet" | "refresh"

const namesByKind: readonly (readonly [AddressKind, string])[] = [
  [
    "url",
    "href src action formaction poster cite background manifest longdesc codebase classid profile icon dynsrc lowsrc usemap data xlink:href xml:base from to by altimg definitionurl",
  ],
  ["urlList", "ping archive attributionsrc values"],
  ["sourceSet", "srcset imagesrcset"],
  ["refresh", "content"],
]

const kinds = new Map<string, AddressKind>()
for (const [kind, names] of namesByKind) for (const name of names.split(" ")) kinds.set(name, kind)

/** How the attribute `name` (lower case) holds addresses; undefined when it holds none. */
export function addressKind(name: string): AddressKind | undefined {
  return kinds.get(name)
}

/** Why the attribute `name` takes no value at all: it would be a handler, or a nested document. */
export function refusalOfName(name: string): "handler" | "document" | undefined {
  if (/^on[a-z]/i.test(name)) return "handler"
  return /^srcdoc$/i.test(name) ? "document" : undefined
}

/** Whether a property holds markup or the text of a script, so that `data-bind` must not write it. Hyphens do not count. */
export function isCodeProperty(name: string): boolean {
  return /^(?:(?:inner|outer)html|srcdoc|(?:inner|outer)?text(?:content)?)$/i.test(
    name.replaceAll("-", ""),
  )
}

/** Whether a browser would run script for the value `text` of an attribute of the element `tag`. */
export function addressRunsScript(kind: AddressKind, text: string, tag: string): boolean {
  switch (kind) {
    case "url":
      return runsScript(text, tag)
    case "refresh":
      return tag.toLowerCase() === "meta" && refreshRunsScript(text)
    default:
      return anyRunsScript(text, tag)
  }
}

/** Schemes that run what follows them, in browsers of today and of yesterday. */
const scriptSchemes = new Set([
  "javascript",
  "vbscript",
  "livescript",
  "mocha",
  "jscript",
  "view-source",
])

/** Data that cannot run script wherever it is shown. SVG is missing on purpose: it is a document. */
const inertData =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:font|x-font|vnd\.ms-fontobject|octet-stream|pdf)|text\/plain[;,]|[;,])/

/** Elements that show an image and never run the script of an SVG. */
const imageElements = new Set([
  "img",
  "source",
  "input",
  "link",
  "video",
  "picture",
  "feimage",
  "image",
])

// biome-ignore lint/suspicious/noControlCharactersInRegex: the URL parser of a browser skips these characters
const skipped = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/g

/** Whether a browser would run script when it follows or loads `url`, an attribute of the element `tag`. */
export function runsScript(url: string, tag: string): boolean {
  const first = url.charCodeAt(0)
  // "/", "#", "?", ".": relative addresses, which most are.
  if (first === 47 || first === 35 || first === 63 || first === 46) return false
  if (/^(?:https?|mailto|tel):/.test(url)) return false
  const colon = url.indexOf(":")
  if (colon < 0) return false
  const scheme = url.slice(0, colon).replace(skipped, "").toLowerCase()
  if (scriptSchemes.has(scheme)) return true
  if (scheme !== "data") return false
  const element = tag.toLowerCase()
  // A script runs data of any type.
  if (element === "script") return true
  const data = url
    .slice(colon + 1, colon + 200)
    .replace(skipped, "")
    .toLowerCase()
  return !(inertData.test(data) || (imageElements.has(element) && data.startsWith("image/svg+xml")))
}

/** The same for a list of addresses (`srcset`, `ping`, animation `values`), whatever parts it. */
function anyRunsScript(list: string, tag: string): boolean {
  if (!list.includes(":")) return false
  // White space parts a `ping`, but stands inside an address of `values`. Parting too often also parts a data URL; what
  // follows its comma has no scheme and is harmless.
  return [list, ...list.split(";"), ...list.split(","), ...list.split(/[\s,;]+/)].some(url =>
    runsScript(url, tag),
  )
}

/** The same for the `content` of a `<meta http-equiv="refresh">`. Other content begins with no number and is text. */
function refreshRunsScript(content: string): boolean {
  const url = /^\s*(?:\d+|(?=\.))[\d.]*[\s;,]\s*[;,]?\s*(?:url\s*=\s*)?["']?(.*)$/is.exec(
    content,
  )?.[1]
  return url !== undefined && runsScript(url, "meta")
}
