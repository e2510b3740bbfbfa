// Morphs elements (idiomorph), keeping input of the user and state of the page's own attributes.
import { Idiomorph } from "idiomorph"
import { isUnsent, isUnsentContent, keepsOpen, rememberChoice } from "./forms.ts"

/** State that the element being morphed keeps; idiomorph handles its attributes right after announcing it. */
interface Kept {
  readonly attributes: ReadonlySet<string>
  readonly value: boolean
}

const VALUE_ATTRIBUTES = new Set(["value", "checked"])

const isIgnoredMorph = (el: Element): boolean => el.hasAttribute("data-ignore-morph")

function keptOf(el: Element, fromServer: Element): Kept {
  const names = `${el.getAttribute("data-preserve-attr") ?? ""} ${fromServer.getAttribute("data-preserve-attr") ?? ""}`
  const attributes = new Set(names.split(/\s+/).filter(Boolean))
  if (keepsOpen(el, fromServer)) attributes.add("open")
  if (el.hasAttribute("data-pending")) attributes.add("data-pending").add("aria-busy")
  return { attributes, value: isUnsent(el, fromServer) }
}

/** The default changes with the server while the value stays with the user: a reset then gives what the server last said. */
function copyDefaults(el: Element, fromServer: Element): void {
  if (el instanceof HTMLInputElement && fromServer instanceof HTMLInputElement) {
    if (/^(?:checkbox|radio)$/.test(el.type)) {
      const { checked } = el
      el.defaultChecked = fromServer.defaultChecked
      el.checked = checked
    } else if (el.type !== "file") {
      const { value } = el
      if (el.defaultValue !== fromServer.defaultValue) el.defaultValue = fromServer.defaultValue
      if (el.value !== value) el.value = value
    }
  }
}

/** `inner` replaces the children of the target, `outer` the target itself by any number of nodes. */
export function morph(target: Element, content: readonly Node[], mode: "outer" | "inner"): void {
  if (
    target.parentElement?.closest("[data-ignore-morph]") ||
    (mode === "inner" && isIgnoredMorph(target))
  )
    return
  let current: Kept | undefined
  const choices = new Map<Node, () => void>()
  // Synchronous: it returns a promise only with the option to wait for new head elements.
  void Idiomorph.morph(target, [...content], {
    morphStyle: mode === "outer" ? "outerHTML" : "innerHTML",
    callbacks: {
      beforeNodeMorphed(node: Node, fromServer: Node): boolean {
        current = undefined
        if (!(node instanceof Element) || !(fromServer instanceof Element)) return true
        if (isIgnoredMorph(node) && isIgnoredMorph(fromServer)) return false
        current = keptOf(node, fromServer)
        if (isUnsentContent(node, fromServer))
          fromServer.replaceChildren(...node.cloneNode(true).childNodes)
        if (current.value) {
          copyDefaults(node, fromServer)
          if (node instanceof HTMLSelectElement) choices.set(node, rememberChoice(node))
        }
        if (
          node instanceof HTMLDialogElement &&
          node.open &&
          !current.attributes.has("open") &&
          !fromServer.hasAttribute("open")
        )
          node.close()
        return true
      },
      afterNodeMorphed: (node: Node) => choices.get(node)?.(),
      beforeAttributeUpdated(name: string): boolean {
        return !(
          current &&
          (current.attributes.has(name) || (current.value && VALUE_ATTRIBUTES.has(name)))
        )
      },
    },
  })
}
