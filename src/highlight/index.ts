// The door of `nitro-ts/highlight`: code in colours, made on the server by highlight.js.
import { code as codeElement } from "../html/elements/html-tags.ts"
import { type Markup, raw } from "../html/markup/markup.ts"
import { NitroError } from "../shared/errors.ts"
import "./errors.ts"
import { isColouredCode } from "./verify.ts"

/** The part of highlight.js that is used. */
interface Highlighter {
  getLanguage(name: string): object | undefined
  registerLanguage(name: string, definition: never): void
  highlight(
    code: string,
    options: { language: string; ignoreIllegals: boolean },
  ): { readonly value: string }
}

/** Longer code is printed without colours: its time grows with the text, and it may come from a user. */
const maxCharacters = 200_000

/**
 * `code` as `<code class="hljs language-ts">`, to stand in a `<pre>`. `language` is a name or a short name that highlight.js
 * knows: `"ts"`, `"html"`, `"elixir"`. Code of a language that it does not know, or of none, is printed without colours.
 * Both may come from a user. The colours are those of `Page({ highlight: true })`.
 *
 * @throws NITRO_HIGHLIGHT_MISSING when highlight.js is not installed.
 */
export async function highlight(code: string, language?: string): Promise<Markup> {
  const highlighter = await load()
  const loaded = language === undefined ? undefined : await languageOf(highlighter, language)
  if (loaded === undefined || code.length > maxCharacters)
    return codeElement({ class: "hljs" }, code)
  const printed = highlighter.highlight(code, { language: loaded, ignoreIllegals: true }).value
  // Its output is trusted for what it is, not for who made it.
  const content = isColouredCode(printed, code) ? raw(printed) : code
  return codeElement({ class: ["hljs", `language-${loaded}`] }, content)
}

let loading: Promise<Highlighter> | undefined

function load(): Promise<Highlighter> {
  loading ??= importFrom("common").then(
    // The part of highlight.js that is used.
    module => module.default as Highlighter,
    cause => {
      loading = undefined
      throw new NitroError(
        "NITRO_HIGHLIGHT_MISSING",
        "Code is coloured by highlight.js, which cannot be loaded.",
        { cause },
      )
    },
  )
  return loading
}

// Put together, so that the compiler does not read the types: they would bring those of the browser into every program.
const importFrom = (file: string): Promise<{ readonly default: unknown }> =>
  import(`highlight.js/lib/${file}`)

/** The name when highlight.js knows it, after a look among the languages that are not loaded from the start. */
async function languageOf(highlighter: Highlighter, language: string): Promise<string | undefined> {
  const name = language.toLowerCase()
  // It becomes a part of a path and of a class.
  if (!/^[a-z0-9][a-z0-9_+#-]{0,39}$/.test(name)) return undefined
  if (highlighter.getLanguage(name)) return name
  if (/[+#]/.test(name)) return undefined
  try {
    const module = await importFrom(`languages/${name}`)
    // Each of its languages is one such function.
    highlighter.registerLanguage(name, module.default as never)
    return name
  } catch {
    return undefined
  }
}
