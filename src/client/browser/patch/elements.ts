// datastar-patch-elements: finds the targets, brings the HTML in, runs the scripts that came with it.
import { ClientError } from "../errors.ts"
import { followFocus } from "./focus.ts"
import { morph } from "./morph.ts"
import { find, move, remove } from "./move.ts"

const MODES = [
  "outer",
  "inner",
  "replace",
  "prepend",
  "append",
  "before",
  "after",
  "remove",
] as const
type Mode = (typeof MODES)[number]

export interface ElementsPatch {
  readonly elements: string
  /** Empty: each top-level element replaces the one with its id. */
  readonly selector: string
  readonly mode: Mode
  readonly namespace: "html" | "svg" | "mathml"
  readonly useViewTransition: boolean
  readonly viewTransitionSelector: string
}

const modes: readonly string[] = MODES
const isMode = (mode: string): mode is Mode => modes.includes(mode)
const isNamespace = (namespace: string): namespace is ElementsPatch["namespace"] =>
  /^(?:html|svg|mathml)$/.test(namespace)

/** Validates what came over the wire. */
export function toElementsPatch(args: Readonly<Record<string, string>>): ElementsPatch {
  const { elements = "", selector = "", mode = "outer", namespace = "html" } = args
  if (!isMode(mode))
    throw new ClientError("PATCH", `mode is one of ${MODES.join(", ")}, not ${mode}`)
  if (!isNamespace(namespace))
    throw new ClientError("PATCH", `namespace is html, svg or mathml, not ${namespace}`)
  const byId = mode === "outer" || mode === "replace" || mode === "remove"
  if (!selector && !byId) throw new ClientError("PATCH", `mode ${mode} needs a selector`)
  return {
    elements,
    selector,
    mode,
    namespace,
    useViewTransition: args["useViewTransition"]?.trim() === "true",
    viewTransitionSelector: args["viewTransitionSelector"] ?? "",
  }
}

/** Resolves once the page has changed; without a view transition that is at once, and there is no promise. */
export function patchElements(patch: ElementsPatch): Promise<void> | undefined {
  const root =
    (patch.viewTransitionSelector && document.querySelector(patch.viewTransitionSelector)) ||
    document
  if (!patch.useViewTransition || !("startViewTransition" in root) || document.hidden) {
    apply(patch)
    return undefined
  }
  // Elements that have it take and give the same.
  const start = root.startViewTransition as Document["startViewTransition"]
  // The type names the document as its receiver, which `root` may be.
  const transition = start.call(root as Document, () => apply(patch))
  // Skipped transitions (the tab was hidden meanwhile) reject these; the update itself has happened.
  transition.ready.catch(() => {})
  transition.finished.catch(() => {})
  return transition.updateCallbackDone
}

function apply(patch: ElementsPatch): void {
  const keepFocus = followFocus()
  change(patch)
  keepFocus?.()
}

function change(patch: ElementsPatch): void {
  const { selector, mode } = patch
  const content = parse(patch)
  if (selector) {
    const targets = document.querySelectorAll(selector)
    if (!targets.length)
      console.warn(`A patch found no element that matches ${selector} (mode ${mode}).`)
    targets.forEach((target, index) => {
      const isLast = index === targets.length - 1
      applyTo(
        target,
        isLast ? content : document.importNode(content, true),
        mode,
        targets.length === 1,
      )
    })
    return
  }
  for (const element of [...content.children]) {
    const target = pageTarget(element)
    if (!target) {
      const id = element.getAttribute("id")
      const name = id ? `#${id}` : `<${element.localName}> without an id`
      console.warn(`A patch found no element for ${name} (mode ${mode}).`)
      continue
    }
    const fragment = document.createDocumentFragment()
    fragment.append(element)
    applyTo(target, fragment, mode, true)
  }
}

function pageTarget(element: Element): Element | null {
  if (element instanceof HTMLHtmlElement) return document.documentElement
  if (element instanceof HTMLHeadElement) return document.head
  if (element instanceof HTMLBodyElement) return document.body
  const id = element.getAttribute("id")
  return id ? document.getElementById(id) : null
}

function applyTo(target: Element, content: DocumentFragment, mode: Mode, isOnly: boolean): void {
  switch (mode) {
    case "outer":
    case "inner":
      morph(target, [...content.childNodes], mode)
      break
    case "remove":
      remove(target)
      break
    case "replace":
      target.replaceWith(content)
      break
    default:
      insert(target, content, mode, isOnly)
  }
}

/** Moves children that the new parent already has under their ids, and morphs them; inserts only new ones. */
function insert(
  target: Element,
  content: DocumentFragment,
  mode: "prepend" | "append" | "before" | "after",
  isOnly: boolean,
): void {
  const moves: [element: Element, place: Comment, sent: Element][] = []
  const parent = /^(?:pre|ap)/.test(mode) ? target : target.parentNode
  for (const sent of isOnly ? [...content.children] : []) {
    const id = sent.getAttribute("id")
    const element = id && parent && find(parent, id)
    // Nothing moves into itself.
    if (!element || element.contains(parent)) continue
    const place = document.createComment("")
    sent.replaceWith(place)
    moves.push([element, place, sent])
  }
  // prepend, append, before and after are methods of the same names.
  target[mode](content)
  for (const [element, place, sent] of moves) {
    move(element, place)
    place.remove()
    morph(element, [sent], "outer")
  }
}

const WHOLE_PAGE = /^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype|html|head|body)[\s>]/i

function parse({ elements, namespace }: ElementsPatch): DocumentFragment {
  const fragment = document.createDocumentFragment()
  if (WHOLE_PAGE.test(elements)) {
    const page = new DOMParser().parseFromString(elements, "text/html")
    if (/^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype|html)[\s>]/i.test(elements))
      fragment.append(page.documentElement)
    else {
      if (/<head[\s>]/i.test(elements)) fragment.append(page.head)
      if (/<body[\s>]/i.test(elements)) fragment.append(page.body)
    }
  } else {
    const template = document.createElement("template")
    const wrapper = namespace === "svg" ? "svg" : namespace === "mathml" ? "math" : ""
    template.innerHTML = wrapper ? `<${wrapper}>${elements}</${wrapper}>` : elements
    // The line above has put it there.
    const source = wrapper ? template.content.firstElementChild! : template.content
    fragment.append(...source.childNodes)
  }
  reviveScripts(fragment)
  return fragment
}

/** Parsed scripts never run; copies of them do, once they enter the page. */
function reviveScripts(content: DocumentFragment): void {
  for (const parsed of content.querySelectorAll("script")) {
    const script = document.createElement("script")
    for (const { name, value } of parsed.attributes) script.setAttribute(name, value)
    script.textContent = parsed.textContent
    parsed.replaceWith(script)
  }
}
