// Text in JSX: its significant white space and its entities, as every JSX compiler reads them.

/** The entities that people write. Others are left to the JSX compiler, which has the whole list. */
const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
  shy: "\u00ad",
  copy: "©",
  reg: "®",
  trade: "™",
  euro: "€",
  deg: "°",
  middot: "·",
  bull: "•",
  hellip: "…",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  times: "×",
  larr: "←",
  uarr: "↑",
  rarr: "→",
  darr: "↓",
}

/** Compilers differ in what they take for the white space of a line, beyond these. */
const unusualSpace = /[^\S \t\r\n]/

/** The text of a piece of JSX text; undefined if it depends on the project's JSX compiler. */
export function jsxText(source: string): string | undefined {
  if (unusualSpace.test(source)) return undefined
  if (!/[\r\n]/.test(source)) return decode(source)
  const lines = source.split(/\r\n|[\r\n]/)
  const last = lines.length - 1
  let text = ""
  for (const [i, line] of lines.entries()) {
    // Indentation and line ends are layout; white space within a line is text.
    const words = line
      .slice(i === 0 ? 0 : line.search(/[^ \t]|$/))
      .replace(i === last ? /$/ : /[ \t]+$/, "")
    if (words !== "") text += text === "" ? words : ` ${words}`
  }
  return decode(text)
}

/** The value of `title="..."`; undefined as above. */
export function jsxAttributeText(source: string): string | undefined {
  // Compilers differ in what line breaks in values mean.
  return /[\r\n]/.test(source) ? undefined : decode(source)
}

function decode(text: string): string | undefined {
  if (!text.includes("&")) return text
  let isKnown = true
  const decoded = text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (reference, hex?: string, decimal?: string, name?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      const character =
        name === undefined
          ? fromCode(code)
          : Object.hasOwn(entities, name)
            ? entities[name]
            : undefined
      if (character === undefined) isKnown = false
      return character ?? reference
    },
  )
  return isKnown ? decoded : undefined
}

/** Half of a pair, and what is beyond Unicode, each compiler treats in its own way. */
const fromCode = (code: number): string | undefined =>
  code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code)
