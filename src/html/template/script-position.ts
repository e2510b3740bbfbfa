// Position of a value in `<script>`: alone it can be JSON, inside a string or comment it cannot be safe.

/** Reads the static text of one script piece by piece; remembers strings, templates, comments and regexes. */
export class ScriptPosition {
  #inside: "code" | "'" | '"' | "`" | "//" | "/*" | "regex" | "regex class" = "code"
  /** Bracket depths at which a `${` of a template literal was opened. */
  readonly #templates: number[] = []
  #depth = 0
  /** The last characters of code, without white space at the end: they distinguish a division from a regex. */
  #code = ""

  read(source: string): void {
    for (let i = 0; i < source.length; i++) i = this.#step(source, i)
  }

  /** A value was printed here. */
  value(): void {
    this.#code = "x"
  }

  /** Why a value cannot stand here, or undefined when it can. `next` is the static text after it. */
  refusal(next: string): string | undefined {
    if (this.#inside === "//" || this.#inside === "/*") return "in a comment"
    if (this.#inside === "regex" || this.#inside === "regex class") return "in a regular expression"
    if (this.#inside !== "code")
      return "inside a string, whose quotes it could close; JSON brings its own quotes"
    const before = this.#code.trimEnd()
    const after = next.charAt(0)
    // A second, local check, in case the reader above was misled: a value stands after an operator or a keyword.
    if (/["'`\\]$/.test(before) || /["'`\\]/.test(after))
      return "next to a quote; JSON brings its own quotes"
    if (/[\w$]/.test(after)) return "in the middle of a word"
    if (/[\w$)\]]$/.test(before) && !endsWithKeyword(before))
      return "directly after another value or a name"
    return undefined
  }

  #step(source: string, at: number): number {
    const character = source.charAt(at)
    switch (this.#inside) {
      case "code":
        return this.#stepCode(source, at, character)
      case "//":
        if (/[\n\r\u2028\u2029]/.test(character)) this.#inside = "code"
        return at
      case "/*":
        if (character !== "*" || source[at + 1] !== "/") return at
        this.#inside = "code"
        return at + 1
      case "regex":
        if (character === "\\") return at + 1
        if (character === "[") this.#inside = "regex class"
        else if (character === "/" || character === "\n") this.#leave()
        return at
      case "regex class":
        if (character === "\\") return at + 1
        if (character === "]") this.#inside = "regex"
        return at
      default:
        return this.#stepString(source, at, character)
    }
  }

  #stepString(source: string, at: number, character: string): number {
    if (character === "\\") return at + 1
    if (character === this.#inside) this.#leave()
    else if (this.#inside === "`" && character === "$" && source[at + 1] === "{") {
      this.#templates.push(this.#depth++)
      this.#inside = "code"
      this.#code = "{"
      return at + 1
    } else if (this.#inside !== "`" && character === "\n") this.#leave()
    return at
  }

  #stepCode(source: string, at: number, character: string): number {
    const next = source[at + 1]
    if (character === "/" && (next === "/" || next === "*")) {
      this.#inside = next === "/" ? "//" : "/*"
      return at + 1
    }
    if (character === "/" && this.#regexCanStart()) this.#inside = "regex"
    else if (character === "'" || character === '"' || character === "`") this.#inside = character
    else if (character === "{") this.#depth++
    else if (character === "}" && --this.#depth === this.#templates.at(-1)) {
      this.#templates.pop()
      this.#inside = "`"
    }
    if (/\s/.test(character)) this.#code = this.#code.replace(/ ?$/, " ").slice(-16)
    else this.#code = (this.#code + character).replace(/ (?=\W$)/, "").slice(-16)
    return at
  }

  #leave(): void {
    this.#inside = "code"
    this.#code = "x"
  }

  #regexCanStart(): boolean {
    const before = this.#code.trimEnd()
    return before === "" || /[(,=:[!&|?{};+\-*%<>~^]$/.test(before) || endsWithKeyword(before)
  }
}

const endsWithKeyword = (code: string): boolean =>
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|void|delete|throw|new|await|yield|default|else|do|instanceof)\s*$/.test(
    code,
  )
