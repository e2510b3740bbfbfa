// A small tree of HTML for tests: well-formed markup in, elements that keep their identity, the same markup out.

const voidTags = new Set([
  "area",
  "base",
  "br",
  "col",
  "hr",
  "img",
  "input",
  "link",
  "meta",
  "source",
  "track",
  "wbr",
])

export class Element {
  parent: Element | undefined
  children: (Element | string)[] = []
  /** Kept by a morph, lost by a new element: what a user typed, say. */
  typed: string | undefined
  readonly tag: string
  attributes: string

  constructor(tag: string, attributes: string) {
    this.tag = tag
    this.attributes = attributes
  }

  get id(): string | undefined {
    return /(?:^|\s)id="([^"]*)"/.exec(this.attributes)?.[1]
  }

  get elements(): Element[] {
    return this.children.filter(child => child instanceof Element)
  }

  *descendants(): Generator<Element> {
    for (const child of this.elements) {
      yield child
      yield* child.descendants()
    }
  }

  byId(id: string): Element | undefined {
    for (const element of this.descendants()) if (element.id === id) return element
    return undefined
  }

  remove(): void {
    const siblings = this.parent?.children ?? []
    if (siblings.includes(this)) siblings.splice(siblings.indexOf(this), 1)
    this.parent = undefined
  }

  insertBefore(element: Element, next: Element | undefined): void {
    element.remove()
    this.children.splice(
      next === undefined ? this.children.length : this.children.indexOf(next),
      0,
      element,
    )
    element.parent = this
  }

  /** Takes the content of another element and stays itself; children with an id stay themselves too. */
  morph(other: Element): void {
    const known = new Map(
      this.elements.flatMap(child => (child.id === undefined ? [] : [[child.id, child]])),
    )
    this.attributes = other.attributes
    this.children = other.children.map(child => {
      const own = child instanceof Element ? known.get(child.id ?? "") : undefined
      if (own === undefined || !(child instanceof Element) || own.tag !== child.tag) return child
      own.morph(child)
      return own
    })
    for (const child of this.elements) child.parent = this
  }

  toString(): string {
    const inner = this.children.join("")
    if (this.tag === "#root") return inner
    return voidTags.has(this.tag)
      ? `<${this.tag}${this.attributes}>`
      : `<${this.tag}${this.attributes}>${inner}</${this.tag}>`
  }
}

export function parseHtml(text: string): Element {
  const root = new Element("#root", "")
  let at = root
  const piece =
    /<!doctype[^>]*>|<!--[\s\S]*?-->|<\/([a-z][\w-]*)>|<([a-z][\w-]*)((?:\s+[^\s=>"]+(?:="[^"]*")?)*)\s*>|([^<]+)/gi
  let end = 0
  for (const [whole, closed, opened, attributes = "", content] of text.matchAll(piece)) {
    end += whole.length
    if (content !== undefined) at.children.push(content)
    else if (closed !== undefined) {
      if (at.tag !== closed) throw new Error(`</${closed}> closes <${at.tag}>`)
      at = at.parent as Element
    } else if (opened !== undefined) {
      const element = new Element(opened, attributes)
      element.parent = at
      at.children.push(element)
      if (/^(?:script|style)$/.test(opened)) throw new Error(`<${opened}> is not for this parser.`)
      if (!voidTags.has(opened)) at = element
    }
  }
  if (end !== text.length || at !== root)
    throw new Error(`Not well-formed, near <${at.tag}>: ${text.slice(0, 200)}`)
  return root
}
