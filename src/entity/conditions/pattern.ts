// Text to find as the pattern of a LIKE, as long as every store takes it.
import { NitroError } from "../../shared/errors.ts"
import { operators, type TextOperator } from "../contract/operators.ts"

// SQLite's limit of a LIKE pattern is 50,000 bytes; a character has 4 at most, an escaped one 2 more characters.
const maxPatternBytes = 50_000

/** Of a `literal` operator `\` takes the next character literally. `name`: where it is looked for, for the error. */
export function toPattern(op: TextOperator, text: string, name: string): string {
  const { literal, pattern: around } = operators[op]
  const pattern = around(literal ? text.replace(/[\\%_]/g, "\\$&") : text)
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
