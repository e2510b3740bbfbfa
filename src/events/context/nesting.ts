// The nesting of emissions: which one caused which, and the end of those that cause each other in a loop.
import { NitroError } from "../../shared/errors.ts"
import "../types/errors.ts"
import type { EventContext, Events } from "../types/types.ts"

export const STOPPED = 1
export const DONE = 2
const LOOPED = 4

/** The place of an emission; made once per name and registry. */
export interface Place {
  readonly name: string
  readonly namespace: string | undefined
  readonly maxDepth: number
  readonly maxRunning: number
}

/** Rarely needed parts of an emission. */
export interface Extra {
  id: string | undefined
  correlationId: string | undefined
  causationId: string | undefined
  controller: AbortController | undefined
  loop: NitroError | undefined
  /** Of a root: the emissions below it that are not over. */
  running: number
  /** The registry that `withEvents` put in force. */
  override: Events | undefined
}

/** An emission as far as those above and below it are concerned. */
export interface Nested extends Pick<EventContext, "event" | "id" | "correlationId"> {
  readonly place: Place
  parent: Nested | undefined
  root: Nested | undefined
  flags: number
  depth: number
  extra: Extra | undefined
}

/** Of ambient emissions. */
export const ambient: Place = {
  name: "",
  namespace: undefined,
  maxDepth: Number.POSITIVE_INFINITY,
  maxRunning: Number.POSITIVE_INFINITY,
}

export function extraOf(emission: Nested): Extra {
  emission.extra ??= {
    id: undefined,
    correlationId: undefined,
    causationId: undefined,
    controller: undefined,
    loop: undefined,
    running: 0,
    override: undefined,
  }
  return emission.extra
}

export function setIds(
  emission: Nested,
  correlationId: string | undefined,
  causationId: string | undefined,
): void {
  if (correlationId !== undefined) extraOf(emission).correlationId = correlationId
  if (causationId !== undefined) extraOf(emission).causationId = causationId
}

/** Puts an emission below the one it is made in. @throws NITRO_EVENT_LOOP */
export function descend(child: Nested, surroundings: Nested): void {
  const override = surroundings.extra?.override
  if (override !== undefined) extraOf(child).override = override
  let parent: Nested | undefined = surroundings
  if (surroundings.place === ambient) {
    parent = surroundings.parent
    child.parent = parent
    setIds(child, surroundings.extra?.correlationId, surroundings.extra?.causationId)
    if (parent === undefined) return
  }
  if ((parent.flags & DONE) !== 0) {
    cutLoose(child, parent)
    return
  }
  const root = parent.root ?? parent
  // Once a loop is found, all that belongs to it is barred: one that branches would otherwise try each branch.
  if ((root.flags & LOOPED) !== 0) throw root.extra?.loop
  child.root = root
  child.depth = parent.depth + 1
  if (child.depth > child.place.maxDepth) assertDepth(child, parent)
  const ofRoot = extraOf(root)
  if (ofRoot.running >= child.place.maxRunning) {
    const message = `The event "${root.event}" set off ${ofRoot.running} emissions that are all still running`
    bar(root, `${message}, at last "${child.event}".`, namesOf(child))
  }
  ofRoot.running++
}

/** Keeps the ids of an emission that is over but not the emission, so that a process that goes on for ever does not grow. */
function cutLoose(child: Nested, parent: Nested): void {
  const ids = extraOf(child)
  ids.correlationId ??= parent.correlationId
  ids.causationId ??= parent.id
  child.parent = undefined
}

/** Only emissions that are still running make a loop: a job that re-emits itself for ever is over before each next round. */
function assertDepth(child: Nested, parent: Nested): void {
  let depth = 0
  let last = child
  for (let at: Nested | undefined = parent; at; at = at.parent) {
    if ((at.flags & DONE) !== 0) {
      cutLoose(last, at)
      break
    }
    depth++
    last = at
  }
  child.depth = depth
  if (depth <= child.place.maxDepth) return
  const names = namesOf(child)
  bar(
    parent.root ?? parent,
    `Event handlers emit in a loop, ${names.length} deep: ${shorten(names)}.`,
    names,
  )
}

function namesOf(emission: Nested): string[] {
  const names: string[] = []
  for (let at: Nested | undefined = emission; at; at = at.parent) names.push(at.event)
  return names.reverse()
}

function bar(root: Nested, message: string, events: readonly string[]): never {
  const error = new NitroError("NITRO_EVENT_LOOP", message, { details: { events } })
  root.flags |= LOOPED
  extraOf(root).loop = error
  throw error
}

function shorten(names: readonly string[]): string {
  const path =
    names.length > 12
      ? [...names.slice(0, 5), `... ${names.length - 10} more ...`, ...names.slice(-5)]
      : names
  return path.join(" -> ")
}
