// Writes under way, one for each form or element: a decision that is repeated meanwhile is not a second one.
import { contentOf, markEdited } from "../patch/forms.ts"
import type { Source } from "./request.ts"

export interface Flight {
  readonly controller: AbortController
  /** `lost`: sent again and again. `answered`: the answer has begun. `landed`: over a moment ago. */
  state: "sent" | "lost" | "answered" | "landed"
  /** What it carries, or what waits behind it. */
  content: string
  /** Runs once it was answered; a later one takes its place. */
  next: (() => void) | undefined
  answered(): void
  end(): void
}

/** How long after a quick answer the second click of a double click, or a second Enter, may still come. */
const echoMs = 500

const flights = new WeakMap<Element, Map<string, Flight>>()
/** The number of the click that is being handled, in a series in one place. */
let clicks = 0
/** How often something was typed or chosen. */
let edits = 0

/** Starts to listen to what the user does. */
export function watchDecisions(): void {
  const edit = (event: Event): void => {
    edits++
    markEdited(event)
  }
  document.addEventListener("input", edit, true)
  document.addEventListener("change", edit, true)
  document.addEventListener(
    "click",
    ({ detail }) => {
      clicks = detail
      setTimeout(() => {
        clicks = 0
      })
    },
    true,
  )
}

const stateOf = (owner: Element): string =>
  owner instanceof HTMLFormElement ? contentOf(owner) : String(edits)

/** True when the flight does already what is asked for. `again` runs after it when it carries something else. */
function covers(
  owner: Element,
  flight: Flight,
  event: Event | undefined,
  again: () => void,
): boolean {
  const { activeElement } = document
  const isDecision = event instanceof UIEvent || event instanceof SubmitEvent
  const content = stateOf(owner)
  const isSame = content === flight.content
  if (isDecision && clicks === 2) return true
  if (flight.state === "landed")
    return (
      isDecision &&
      isSame &&
      !clicks &&
      (activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement)
    )
  if (isDecision && isSame) return true
  if (flight.state === "answered" && !(owner instanceof HTMLFormElement)) {
    replace(flight)
    return false
  }
  // Without a connection nothing more is taken on: the field keeps its text.
  if (flight.state !== "lost" || !isDecision) {
    flight.content = content
    flight.next = again
  }
  return true
}

function replace(flight: Flight): void {
  flight.controller.abort()
  flight.end()
}

/** True when a submit of the form is covered by a write under way, wherever it goes. */
export function isSubmitted(form: HTMLFormElement, event: SubmitEvent): boolean {
  return [...(flights.get(form)?.values() ?? [])].some(flight =>
    covers(form, flight, event, () => {
      const { submitter } = event
      // What was typed since then waits for its own Enter.
      if (stateOf(form) === flight.content)
        HTMLFormElement.prototype.requestSubmit.call(
          form,
          submitter?.isConnected ? submitter : null,
        )
    }),
  )
}

/** Begins a write and marks what it comes from as pending until its end; undefined when another one covers it. */
export function begin(
  { el, evt, form, submitter }: Source,
  key: string,
  again: () => void,
): Flight | undefined {
  const owner = form ?? el
  const own = flights.get(owner) ?? new Map<string, Flight>()
  flights.set(owner, own)
  const before = own.get(key)
  if (before && covers(owner, before, evt, again)) return undefined
  const { activeElement } = document
  const marked = new Set(evt && [owner, submitter, owner.contains(activeElement) && activeElement])
  const unmark = [...marked].map(el => el && mark(el))
  const flight: Flight = {
    controller: new AbortController(),
    state: "sent",
    content: stateOf(owner),
    next: undefined,
    answered() {
      flight.state = "answered"
      if (flight.next && !(owner instanceof HTMLFormElement)) replace(flight)
    },
    end() {
      if (flight.state === "landed") return
      flight.state = "landed"
      for (const undo of unmark) if (undo) undo()
      const remove = (): void => void (own.get(key) === flight && own.delete(key))
      if (!flight.next || !owner.isConnected) setTimeout(remove, echoMs)
      else {
        remove()
        flight.next()
      }
    },
  }
  own.set(key, flight)
  return flight
}

/** Not `disabled`, which would take the focus away. */
function mark(el: Element): () => void {
  const isBusy = el.hasAttribute("aria-busy")
  el.setAttribute("data-pending", "")
  if (!isBusy) el.setAttribute("aria-busy", "true")
  return () => {
    el.removeAttribute("data-pending")
    if (!isBusy) el.removeAttribute("aria-busy")
  }
}
