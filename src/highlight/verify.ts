// Whether text is nothing but a given code in colours: the same characters, escaped, with `<span class>` around some.

const piece =
  /<span class="[A-Za-z_][\w-]*(?: [A-Za-z_][\w-]*)*">|<\/span>|&(?:amp|lt|gt|quot|#x27);|[^<>&"']+/y

const characters: ReadonlyMap<string, string> = new Map([
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#x27;", "'"],
])

/**
 * Reads `printed` from one end to the other. True proves that it is safe markup: it has no other elements and attributes,
 * closes what it opens, and shows exactly `code`.
 */
export function isColouredCode(printed: string, code: string): boolean {
  let open = 0
  let plain = ""
  piece.lastIndex = 0
  while (piece.lastIndex < printed.length) {
    const token = piece.exec(printed)?.[0]
    if (token === undefined) return false
    if (token === "</span>") open--
    else if (token.startsWith("<")) open++
    else plain += characters.get(token) ?? token
    if (open < 0) return false
  }
  return open === 0 && plain === code
}
