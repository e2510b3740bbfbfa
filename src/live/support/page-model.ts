// A page as a browser keeps it, for tests: applies the events of its stream, and remembers the last id.
import { type Element, parseHtml } from "./html-tree.ts"

export class PageModel {
  readonly root: Element
  lastId: string | undefined
  /** Number of events that were applied. */
  events = 0
  bytes = 0
  #buffer = ""
  readonly #movesElements: boolean

  /** `movesElements`: like our client it takes an element that is there already for the same one in another place. */
  constructor(html: string, movesElements: boolean) {
    const body = /<body[^>]*>([\s\S]*)<\/body>/.exec(html)?.[1] ?? html
    this.root = parseHtml(body.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>/g, ""))
    this.#movesElements = movesElements
  }

  /** Takes the text of a stream in whatever pieces. An event that is cut off is dropped with `cut`. */
  take(text: string): void {
    this.bytes += text.length
    this.#buffer += text
    for (let end = this.#buffer.indexOf("\n\n"); end >= 0; end = this.#buffer.indexOf("\n\n")) {
      this.#event(this.#buffer.slice(0, end))
      this.#buffer = this.#buffer.slice(end + 2)
    }
  }

  /** The connection broke. */
  cut(): void {
    this.#buffer = ""
  }

  /** The content of the live views, to compare with another page. */
  get views(): string {
    return String(this.root).replace(/<div id="nitro-live"[^>]*><\/div>/g, "")
  }

  #event(text: string): void {
    const fields = { selector: "", mode: "outer", elements: "" }
    let isPatch = false
    for (const line of text.split("\n")) {
      if (line.startsWith("id: ")) this.lastId = line.slice(4)
      else if (line === "event: datastar-patch-elements") isPatch = true
      const [, name, value] = /^data: (selector|mode|elements) (.*)$/.exec(line) ?? []
      if (name === "elements") fields.elements += (fields.elements && "\n") + value
      else if (name === "selector" || name === "mode") fields[name] = value as string
    }
    if (!isPatch) return
    this.events++
    this.#patch(fields)
  }

  #patch({ selector, mode, elements }: { selector: string; mode: string; elements: string }): void {
    const content = parseHtml(elements).elements
    if (selector === "") {
      for (const element of content) this.root.byId(element.id ?? "")?.morph(element)
      return
    }
    for (const target of this.select(selector)) {
      if (mode === "remove") target.remove()
      else if (mode === "outer") target.morph(content[0] as Element)
      else if (mode === "append") this.#insert(target, content[0] as Element, undefined)
      else if (mode === "before")
        this.#insert(target.parent as Element, content[0] as Element, target)
      else throw new Error(`The model knows no mode ${mode}.`)
    }
  }

  #insert(parent: Element, element: Element, next: Element | undefined): void {
    const known = this.#movesElements
      ? parent.elements.find(child => child.id === element.id)
      : undefined
    known?.morph(element)
    if (known !== next || known === undefined) parent.insertBefore(known ?? element, next)
  }

  select(selector: string): Element[] {
    const [, first, rest] = /^(#[\w-]+|\[id="(?:[^"\\]|\\.)*"\])(?: > (.*))?$/.exec(selector) ?? []
    if (first === undefined) throw new Error(`The model knows no selector ${selector}.`)
    const id = first.startsWith("#") ? first.slice(1) : unquoted(first)
    const container = this.root.byId(id)
    if (container === undefined) return []
    if (rest === undefined) return [container]
    const [, isNot, wanted] = /^(:not\()?(\[id="(?:[^"\\]|\\.)*"\])\)?$/.exec(rest) ?? []
    if (wanted === undefined) throw new Error(`The model knows no selector ${selector}.`)
    return container.elements.filter(
      child => (child.id === unquoted(wanted)) === (isNot === undefined),
    )
  }
}

function unquoted(selector: string): string {
  return selector.slice('[id="'.length, -2).replace(/\\(.)/g, "$1")
}
