// Reads the static text of a template once, into its plan.

import { type AttributeName, attributeName, isAlias } from "../attributes/attribute-name.ts"
import { assertAlive, assertAliveAsWritten, refuseTwice } from "../attributes/dead-attribute.ts"
import { asText, deciding } from "../attributes/meta-content.ts"
import { isPassword } from "../attributes/secret-input.ts"
import { htmlError } from "../markup/call-site.ts"
import {
  ATTRIBUTE,
  BESIDE,
  CODE,
  GROUP,
  type Hole,
  JSON_VALUE,
  PIECE,
  SKIP,
  STYLE_PIECE,
  TEXT,
  TEXTAREA,
  VERBATIM,
  wholeKind,
} from "./hole.ts"
import { isCheckedWhole, isCustomProperty, pieceRefusal, refuse } from "./piece-rules.ts"
import { makePlan, type Plan } from "./plan.ts"
import { ScriptPosition } from "./script-position.ts"

/**
 * Reads a template once. @throws NITRO_HTML_CONTEXT for a value where no escaping makes it safe, NITRO_HTML_TEMPLATE for
 * a template that ends inside of something; both name the call site. With `asWritten`, text beyond ASCII is printed as
 * it is.
 */
export function planTemplate(strings: TemplateStringsArray, asWritten: boolean): Plan {
  // Only the language makes arrays with `raw` beside them: a JSON body cannot pass as a template.
  if (!Array.isArray(strings) || !Array.isArray(strings.raw)) {
    throw htmlError(
      "NITRO_HTML_TEMPLATE",
      "html is a template tag, and was called as a function.",
      {
        fix: "Write html`...`. Trusted text in a variable is `raw(text)`; the <html> element is `Html(...)`.",
      },
    )
  }
  return new TemplateReader(strings, asWritten).read()
}

/** A hole whose open tag is still being read. */
type OpenHole = { -readonly [Key in keyof Hole]: Hole[Key] }

type State =
  | "text"
  | "tag open"
  | "tag name"
  | "end tag"
  | "before name"
  | "name"
  | "after name"
  | "before value"
  | "quoted"
  | "unquoted"
  | "comment"
  | "markup declaration"
  | "raw text"

const space = /[\t\n\f\r ]/
/** Elements whose content is text, not elements; of `textarea` and `title` entities are decoded. */
const textElements = new Set([
  "script",
  "style",
  "textarea",
  "title",
  "xmp",
  "iframe",
  "noembed",
  "noframes",
])

/** A tokenizer for the static text, after the states of the HTML standard (section 13.2.5). */
class TemplateReader {
  readonly #strings: readonly string[]
  readonly #asWritten: boolean
  readonly #statics: string[] = []
  readonly #holes: (Hole | OpenHole)[] = []
  #state: State = "text"
  /** The current static piece, so far. */
  #out = ""
  #tag = ""
  #name = ""
  /** Where the current attribute starts in #out, with the white space before it. */
  #attributeStart = 0
  /** Where the attribute starts whose name was read last: white space may stand between it and its "=". */
  #nameStart = 0
  /** The names of the attributes of the current tag, in lower case. */
  #names: Set<string> = new Set()
  /** Whether the current attribute holds a value of the application. */
  #hasHole = false
  #quote = ""
  /** The static text of the current value since its quote, with a NUL in the place of each hole. */
  #value = ""
  /** The pieces of a value that is checked as a whole. */
  #group: string[] | undefined
  #comment = ""
  #isFirstChild = false
  #isSelfClosing = false
  /** How many <svg> and <math> are open: in them, titles and styles are ordinary elements. */
  #foreign = 0
  /** Holes whose value may become the text of the <textarea> that is being opened. */
  #values: OpenHole[] = []
  /** The open tag that is being read, as it is written, with a NUL and its number in the place of each hole. */
  #tagText = ""
  /** Objects of attributes on it. */
  #spreads: OpenHole[] = []
  /** Values that are the `content` of the <meta> that is being opened, or pieces of it. */
  #contents: OpenHole[] = []
  /** How many <template> and <noscript> are open. */
  #inert = 0
  #script = new ScriptPosition()

  constructor(strings: readonly string[], asWritten: boolean) {
    this.#strings = strings
    this.#asWritten = asWritten
  }

  read(): Plan {
    const last = this.#strings.length - 1
    let skip = 0
    for (let i = 0; i <= last; i++) {
      const source: string | undefined = this.#strings[i]
      if (source === undefined)
        throw htmlError("NITRO_HTML_TEMPLATE", "The template holds an invalid escape sequence.")
      for (let at = skip; at < source.length; at++) at = this.#step(source, at)
      if (i === last) break
      const next = this.#strings[i + 1] ?? ""
      skip = this.#hole(next, i + 1 === last)
      this.#statics.push(this.#out)
      this.#out = ""
      this.#attributeStart = 0
      this.#nameStart = 0
    }
    if (this.#state !== "text") throw this.#unfinished()
    this.#statics.push(this.#out)
    return makePlan(this.#statics, this.#holes)
  }

  /** Reads the character at `at`; returns the index of the last one that it used up. */
  #step(source: string, at: number): number {
    const character = source.charAt(at)
    switch (this.#state) {
      case "text":
        return this.#stepText(source, at, character)
      case "raw text":
        return this.#stepRawText(source, at, character)
      case "quoted":
        return this.#stepQuoted(source, at, character)
      case "comment":
        this.#comment += character
        if (character === ">" && /^-?>$|--!?>$/.test(this.#comment)) this.#state = "text"
        break
      case "markup declaration":
      case "end tag":
        if (character === ">") this.#state = "text"
        break
      default:
        this.#tagText += character
        this.#stepTag(character)
        return at
    }
    this.#out += character
    return at
  }

  #stepText(source: string, at: number, character: string): number {
    if (character !== "<") {
      this.#isFirstChild = false
      return this.#text(source, at)
    }
    this.#out += "<"
    this.#isFirstChild = false
    const next = source.charAt(at + 1)
    if (source.startsWith("!--", at + 1)) {
      this.#state = "comment"
      this.#comment = ""
      this.#out += "!--"
      return at + 3
    }
    if (next === "!" || next === "?") this.#state = "markup declaration"
    else if (next === "/") {
      this.#state = "end tag"
      if (/^<\/(?:svg|math)[\s/>]/i.test(source.slice(at, at + 8)))
        this.#foreign = Math.max(0, this.#foreign - 1)
      if (/^<\/(?:template|noscript)[\s/>]/i.test(source.slice(at, at + 11)))
        this.#inert = Math.max(0, this.#inert - 1)
    } else if (next === "" || /[a-z]/i.test(next)) {
      this.#state = "tag open"
      this.#tag = ""
      this.#names = new Set()
      this.#tagText = ""
      this.#isSelfClosing = false
    }
    return at
  }

  #stepRawText(source: string, at: number, character: string): number {
    const end = `</${this.#tag}`
    if (
      character === "<" &&
      source.slice(at, at + end.length).toLowerCase() === end &&
      /^[\s/>]?$/.test(source.charAt(at + end.length))
    ) {
      this.#state = "end tag"
      this.#isFirstChild = false
      this.#out += end
      return at + end.length - 1
    }
    this.#isFirstChild = false
    if (this.#tag === "textarea" || this.#tag === "title") return this.#text(source, at)
    // Up to the next "<" in one go: what reads scripts looks ahead.
    const next = source.indexOf("<", at + 1)
    const piece = source.slice(at, next < 0 ? undefined : next)
    if (this.#tag === "script") this.#script.read(piece)
    this.#out += piece
    return at + piece.length - 1
  }

  #stepQuoted(source: string, at: number, character: string): number {
    this.#tagText += character
    if (character === this.#quote) {
      // A group prints its own quotes.
      if (this.#group === undefined) this.#out += character
      this.#attributeStands()
      this.#leaveAttribute()
      return at
    }
    this.#value += character
    if (this.#group === undefined) return this.#text(source, at)
    const code = codeAt(source, at)
    this.#group[this.#group.length - 1] += character === '"' ? "&quot;" : encode(code)
    return code > 0xffff ? at + 1 : at
  }

  #stepTag(character: string): void {
    const state = this.#state
    if (character === ">" && state !== "tag open") {
      if (state === "name" || state === "after name") this.#bareAttributeEnds()
      else if (state === "unquoted") this.#attributeStands()
      this.#out += character
      this.#openTagEnds()
      return
    }
    if (state === "tag open" || state === "tag name") {
      this.#state = "tag name"
      if (space.test(character) || character === "/") this.#leaveAttribute()
      else this.#tag += character.toLowerCase()
    } else if (state === "before value") {
      if (!space.test(character)) this.#nameEnds()
      if (character === '"' || character === "'") this.#openQuote(character)
      else if (!space.test(character)) this.#state = "unquoted"
    } else if (state === "unquoted") {
      if (space.test(character)) {
        this.#attributeStands()
        this.#leaveAttribute()
      }
    } else if (character === "=" && (state === "name" || state === "after name")) {
      this.#state = "before value"
      this.#attributeStart = this.#nameStart
    } else if (space.test(character) || character === "/") {
      if (state === "name") {
        this.#attributeStart = this.#out.length
        this.#state = "after name"
      }
    } else if (state === "name") this.#name += character
    else {
      if (state === "after name") this.#bareAttributeEnds()
      this.#hasHole = false
      this.#name = character
      this.#nameStart = this.#attributeStart
      this.#state = "name"
    }
    if (character !== "/" ? !space.test(character) : true) this.#isSelfClosing = character === "/"
    this.#out += character
  }

  /** The tag has an attribute of this name. */
  #nameEnds(): void {
    const name = (isAlias(this.#name) ? attributeName(this.#name).name : this.#name).toLowerCase()
    if (this.#names.has(name)) refuseTwice(this.#tag, name)
    this.#names.add(name)
  }

  /** The attribute that was read holds no value of the application: it is printed as it stands. */
  #attributeStands(): void {
    if (!this.#hasHole) assertAliveAsWritten(this.#tag, this.#name)
  }

  #bareAttributeEnds(): void {
    this.#nameEnds()
    this.#attributeStands()
  }

  #openQuote(quote: string): void {
    this.#state = "quoted"
    this.#quote = quote
    this.#value = ""
    this.#group = undefined
  }

  #leaveAttribute(): void {
    this.#state = "before name"
    this.#attributeStart = this.#out.length
  }

  #openTagEnds(): void {
    this.#state = "text"
    const tag = this.#tag
    if (tag === "template" || tag === "noscript") this.#inert++
    if (tag === "svg" || tag === "math") {
      if (!this.#isSelfClosing) this.#foreign++
    } else if (
      textElements.has(tag) &&
      !(this.#foreign > 0 && (this.#isSelfClosing || tag === "title"))
    ) {
      this.#state = "raw text"
      this.#script = new ScriptPosition()
    }
    if (tag === "meta") this.#closeContents()
    this.#closeSpreads()
    for (const hole of this.#values.splice(0))
      hole.valueAt = [this.#statics.length, this.#out.length]
    this.#isFirstChild = tag === "textarea" || tag === "pre" || tag === "listing"
  }

  /** Decides whether a `content` is text. An object of attributes may hold the name that makes it an address. */
  #closeContents(): void {
    const contents = this.#contents.splice(0)
    const hasDeciding = this.#names.has(deciding)
    if (!hasDeciding && this.#spreads.length === 0) {
      for (const hole of contents) if (hole.name !== undefined) hole.name = asText(hole.name)
    }
    if (hasDeciding || this.#spreads.length > 1)
      for (const hole of this.#spreads) hole.mayRefresh = true
  }

  /** Decides which objects of attributes are those of a password, and which come behind others. */
  #closeSpreads(): void {
    const spreads = this.#spreads.splice(0)
    for (const [i, hole] of spreads.entries()) {
      if (i === 0) continue
      hole.kind = BESIDE
      hole.behind = spreads.slice(0, i).map(other => this.#holes.indexOf(other))
    }
    if (this.#tag !== "input" || spreads.length === 0) return
    const type = /[\s"'/]type\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))/i.exec(this.#tagText)
    const text = type?.[1] ?? type?.[2] ?? type?.[3]
    if (text !== undefined && !text.includes("\0")) {
      if (isPassword(text)) for (const hole of spreads) hole.passwordBy = true
      return
    }
    // A value, or another object, says what the type is.
    const whole = /^\0(\d+);$/.exec(text ?? "")
    if (text !== undefined && whole === null) {
      // Of several pieces it could be any.
      for (const hole of spreads) hole.passwordBy = true
      return
    }
    const deciding = whole === null ? [] : [Number(whole[1])]
    const others = spreads.map(hole => this.#holes.indexOf(hole))
    if (deciding.length === 0 && spreads.length < 2) return
    for (const hole of spreads) {
      hole.kind = BESIDE
      hole.passwordBy = [...deciding, ...others]
    }
  }

  /** Prints a character of text. Non-ASCII becomes a reference: an ASCII page is encoded many times faster. */
  #text(source: string, at: number): number {
    const code = codeAt(source, at)
    this.#out += this.#asWritten ? String.fromCodePoint(code) : encode(code)
    return code > 0xffff ? at + 1 : at
  }

  /** Adds the hole that follows; returns how many characters of the next static piece belong to it. */
  #hole(next: string, isLast: boolean): number {
    switch (this.#state) {
      case "text":
        this.#add(this.#isFirstChild ? VERBATIM : TEXT)
        return 0
      case "raw text":
        this.#addToRawText(next)
        return 0
      case "before name":
      case "after name":
        if (this.#state === "after name") this.#bareAttributeEnds()
        if ((next === "" ? isLast : !/^[\s/>]/.test(next)) || /^\s*=/.test(next))
          throw refuse(`as an attribute name of <${this.#tag}>`)
        this.#out = this.#out.slice(0, this.#attributeStart)
        this.#state = "before name"
        this.#add(this.#tag === "textarea" ? TEXTAREA : ATTRIBUTE)
        return 0
      case "before value":
        this.#nameEnds()
        if (!/^(?:\s|>|\/>)/.test(next))
          throw refuse(
            `as a part of the unquoted value of ${this.#name}`,
            "Put the value in quotes.",
          )
        this.#addAttribute()
        return 0
      case "quoted":
        if (this.#value === "" && next.startsWith(this.#quote)) {
          this.#addAttribute()
          return 1
        }
        this.#addPiece()
        return 0
      case "unquoted":
        throw refuse(`as a part of the unquoted value of ${this.#name}`, "Put the value in quotes.")
      case "name":
        throw refuse(
          `in an attribute name of <${this.#tag}>`,
          `Write \`<div \${{ [name]: value }}>\`.`,
        )
      case "comment":
        throw refuse("in a comment", "Use `comment(text)`, or leave it out.")
      case "markup declaration":
        throw refuse("in a markup declaration")
      default:
        throw refuse("as a tag name", "Use `CustomTag(name, ...)`, which checks the name.")
    }
  }

  #add(kind: number, name?: AttributeName, pieces: readonly string[] = []): void {
    const isInPlace = this.#state === "raw text" || this.#inert > 0
    const isObject = name === undefined && (kind === ATTRIBUTE || kind === TEXTAREA)
    const others = isObject ? { others: this.#names } : {}
    const hole: OpenHole = {
      kind,
      tag: this.#tag,
      name,
      lead: name?.lead ?? "",
      pieces,
      isInPlace,
      ...others,
    }
    this.#tagText += `\0${this.#holes.length};`
    this.#holes.push(hole)
    if (kind === TEXTAREA) this.#values.push(hole)
    if (kind === ATTRIBUTE && name === undefined) this.#spreads.push(hole)
    if (this.#tag === "meta" && name?.kind === "refresh") this.#contents.push(hole)
  }

  #addToRawText(next: string): void {
    const tag = this.#tag
    if (tag === "title" || tag === "textarea") {
      this.#add(this.#isFirstChild ? VERBATIM : TEXT)
    } else if (tag === "style") this.#add(CODE)
    else if (tag === "script") {
      const why = this.#script.refusal(next)
      if (why !== undefined)
        throw refuse(
          `in <script> ${why}`,
          `Write \`const data = \${value}\` without quotes: it is printed as JSON.`,
        )
      this.#script.value()
      this.#add(JSON_VALUE)
    } else throw refuse(`in <${tag}>, whose content is not parsed`)
  }

  /** A hole that is a whole value: it takes the name and the quotes with it, so that it can drop the attribute. */
  #addAttribute(): void {
    const name = this.#attributeName()
    this.#out = this.#out.slice(0, this.#attributeStart)
    this.#state = "before name"
    this.#add(
      this.#tag === "textarea" && name.name.toLowerCase() === "value" ? TEXTAREA : wholeKind(name),
      name,
    )
  }

  #attributeName(): AttributeName {
    this.#hasHole = true
    const name = attributeName(this.#name)
    assertAlive(this.#tag, name.name)
    return name
  }

  #addPiece(): void {
    const name = this.#attributeName()
    if (this.#group !== undefined) {
      this.#group.push("")
      this.#add(SKIP, name)
    } else if (isCheckedWhole(name, this.#value)) {
      // From here on the static text of the value goes to the group, not to #out.
      const before = this.#out.slice(this.#out.length - encodeAll(this.#value).length)
      this.#out = this.#out.slice(0, this.#attributeStart)
      this.#group = [before.replaceAll('"', "&quot;"), ""]
      this.#add(GROUP, name, this.#group)
    } else {
      const refusal = pieceRefusal(name, this.#value)
      if (refusal !== undefined) throw refusal
      if (name.kind !== "style") this.#add(PIECE, name)
      else this.#add(STYLE_PIECE, name, isCustomProperty(this.#value) ? ["--"] : [])
    }
    this.#value += "\0"
  }

  #unfinished(): Error {
    const where: Partial<Record<State, string>> = {
      comment: "a comment",
      "raw text": `<${this.#tag}>`,
      quoted: `the value of ${this.#name}`,
    }
    return htmlError(
      "NITRO_HTML_TEMPLATE",
      `The template ends inside ${where[this.#state] ?? "a tag"}.`,
    )
  }
}

// References to 128-159 mean other characters (they are read as windows-1252), so those stay as they are.
const encode = (code: number): string => (code < 160 ? String.fromCharCode(code) : `&#${code};`)

/** There is a character at `at`. */
const codeAt = (text: string, at: number): number => text.codePointAt(at) ?? 0

const encodeAll = (text: string): string =>
  Array.from(text, character => encode(codeAt(character, 0))).join("")
