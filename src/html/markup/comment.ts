// Comments and the doctype.
import { htmlError } from "./call-site.ts"
import { Finished, type Markup } from "./markup.ts"

/** `<!doctype html>`. `Html(...)`, JSX `<html>` and `Page` include it. */
export const doctype: Markup = new Finished("<!doctype html>")

/** An HTML comment. The sequences that could end it are broken up with spaces. */
export function comment(text: string): Markup {
  if (typeof text !== "string")
    throw htmlError("NITRO_HTML_CHILD", `comment() takes a string, not ${typeof text}.`)
  // A comment ends at `-->`, at `--!>`, and at once when it starts with `>` or `->`. Without `<`, `>` and `--` it does neither.
  return new Finished(`<!-- ${text.replace(/[<>&]/g, " ").replace(/-(?=-|$)/g, "- ")} -->`)
}
