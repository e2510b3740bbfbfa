// Writes under way, one for each form or element: a decision that is repeated meanwhile is not a second one.
import { contentOf, markEdited } from "../patch/forms.ts"
import type { Source } from "./request.ts"

export interface Flight {
  readonly controller: AbortController
  /** `lost`: sent again and again. `responding`: the response has begun. `landed`: over a moment ago. */
  state: "sent" | "lost" | "responding" | "landed"
  /** The content of the request, or of the one that waits behind it. */
  content: string
  /** Runs after the response; a later one replaces it. */
  next: (() => void) | undefined
  responded(): void
  end(): void
}

/** How long after a quick response the second click of a double click, or a second Enter, may still come. */
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

/** True if the flight already does the requested work. `again` runs after it if it carries other content. */
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
  if (flight.state === "responding" && !(owner instanceof HTMLFormElement)) {
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
      // Text typed since then waits for another Enter.
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
  const ownFlights = flights.get(owner) ?? new Map<string, Flight>()
  flights.set(owner, ownFlights)
  const before = ownFlights.get(key)
  if (before && covers(owner, before, evt, again)) return undefined
  const { activeElement } = document
  const marked = new Set(evt && [owner, submitter, owner.contains(activeElement) && activeElement])
  const unmark = [...marked].map(el => el && mark(el))
  const flight: Flight = {
    controller: new AbortController(),
    state: "sent",
    content: stateOf(owner),
    next: undefined,
    responded() {
      flight.state = "responding"
      if (flight.next && !(owner instanceof HTMLFormElement)) replace(flight)
    },
    end() {
      if (flight.state === "landed") return
      flight.state = "landed"
      for (const undo of unmark) if (undo) undo()
      const remove = (): void => void (ownFlights.get(key) === flight && ownFlights.delete(key))
      if (!flight.next || !owner.isConnected) setTimeout(remove, echoMs)
      else {
        remove()
        flight.next()
      }
    },
  }
  ownFlights.set(key, flight)
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
