// Addresses that run script (`javascript:`, scriptable `data:`) never reach an attribute.

/** Schemes that run what follows them, in browsers of today and of yesterday. */
const scriptSchemes = new Set(["javascript", "vbscript", "livescript", "mocha", "jscript", "view-source"])

/** Data that cannot run script wherever it is used. SVG is missing on purpose: it is a document. */
const inertData =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:font|x-font|vnd\.ms-fontobject|octet-stream|pdf)|text\/plain[;,]|[;,])/

/** Elements that show an image and never run the script of an SVG. */
const imageElements = new Set(["img", "source", "input", "link", "video", "picture", "feimage", "feImage", "image"])

// biome-ignore lint/suspicious/noControlCharactersInRegex: the URL parser of a browser skips these characters
const skipped = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/g

/** Whether a browser would run script when it follows `url` (an attribute of the element `tag`). */
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
  const data = url
    .slice(colon + 1, colon + 200)
    .replace(skipped, "")
    .toLowerCase()
  return !(inertData.test(data) || (imageElements.has(tag) && data.startsWith("image/svg+xml")))
}

/** The same for a list of addresses that spaces, commas or semicolons part (`srcset`, `ping`, animation `values`). */
export function anyRunsScript(list: string, tag: string): boolean {
  // Parting at every such character also parts a data URL; what follows its comma has no scheme and is harmless.
  return runsScript(list, tag) || (list.includes(":") && list.split(/[\s,;]+/).some(url => runsScript(url, tag)))
}

/** The same for `<meta http-equiv="refresh" content="0;url=...">`. */
export function refreshRunsScript(content: string): boolean {
  const url = /url\s*=\s*["']?(.*)$/is.exec(content)?.[1]
  return url !== undefined && runsScript(url, "meta")
}
