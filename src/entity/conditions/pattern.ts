// Text to find as the pattern of a LIKE, as long as every store takes it.
import { NitroError } from "../../shared/errors.ts"

// SQLite's limit of a LIKE pattern is 50,000 bytes; a character has 4 at most, an escaped one 2 more characters.
const maxPatternBytes = 50_000

/** `like` as it is; for the others `\` takes the next character literally. `name`: where it is looked for, for the error. */
export function toPattern(
  op: "contains" | "startsWith" | "endsWith" | "like",
  text: string,
  name: string,
): string {
  const pattern = op === "like" ? text : literalPattern(op, text)
  if (pattern.length * 3 <= maxPatternBytes || Buffer.byteLength(pattern) <= maxPatternBytes)
    return pattern
  throw new NitroError(
    "NITRO_QUERY",
    `The text to find in ${name} is longer than ${maxPatternBytes} bytes.`,
    {
      fix: "Search for a shorter text.",
      details: { field: name },
    },
  )
}

function literalPattern(op: "contains" | "startsWith" | "endsWith", text: string): string {
  const literal = text.replace(/[\\%_]/g, "\\$&")
  if (op === "startsWith") return `${literal}%`
  return op === "endsWith" ? `%${literal}` : `%${literal}%`
}
