// One emission: its ids, its place under the emission that caused it, and the async context that carries both.
import { AsyncLocalStorage } from "node:async_hooks"
import { NitroError } from "../../shared/errors.ts"
import "../types/errors.ts"
import type { EventContext, Events } from "../types/types.ts"

export const STOPPED = 1
export const DONE = 2
export const LOOPED = 4

/** What an emission knows about where it happens; made once per name and registry. */
export interface Place {
  readonly name: string
  readonly namespace: string | undefined
  readonly maxDepth: number
  readonly maxRunning: number
}

/** What most emissions never need. */
interface Extra {
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

/** Set while handlers run, and over their awaits. Only to be entered while tracking. */
export const scope: AsyncLocalStorage<Emission> = new AsyncLocalStorage<Emission>()

// Before Node 24, the first use of AsyncLocalStorage makes every promise of the process two to three times as dear. So
// emissions are followed over awaits only once somebody could notice: until then they know each other by nesting alone.
const tracking = { on: false, innermost: undefined as Emission | undefined, inFlight: 0 }

/** From now on ids follow over awaits. There is no way back: a chain that is half followed would be wrong. */
export function trackContext(): void {
  tracking.on = true
}

/** A handler that declares its payload and nothing else cannot see the context. */
export function trackFor(handler: { readonly length: number }): void {
  if (handler.length !== 1) tracking.on = true
}

/** The emission, or ambient scope, in which this code runs. */
export function surrounding(): Emission | undefined {
  return (tracking.on ? scope.getStore() : undefined) ?? tracking.innermost
}

export function isTracking(): boolean {
  return tracking.on
}

/** Puts an emission in force for this turn. `leave` with the same `isTracked` and with what this returned. */
export function enter(emission: Emission, isTracked: boolean): Emission | undefined {
  if (isTracked) {
    const outer = scope.getStore()
    scope.enterWith(emission)
    return outer
  }
  const outer = tracking.innermost
  tracking.innermost = emission
  return outer
}

export function leave(outer: Emission | undefined, isTracked: boolean): void {
  if (isTracked) scope.enterWith(outer as Emission)
  else tracking.innermost = outer
}

/** A loop through awaits is only seen while tracking, and floods before it harms: so a flood turns tracking on. */
export function countInFlight(difference: 1 | -1): void {
  tracking.inFlight += difference
  if (tracking.inFlight > 1_000) tracking.on = true
}

// Plain fields and lazy ids: an emission of three small handlers costs as much as making two UUIDs.
export class Emission implements EventContext {
  readonly place: Place
  readonly sender: unknown
  parent: Emission | undefined
  /** The first of the emissions that are nested in each other; undefined for that one itself. */
  root: Emission | undefined = undefined
  flags = 0
  depth = 0
  extra: Extra | undefined = undefined

  constructor(place: Place, sender: unknown, parent: Emission | undefined) {
    this.place = place
    this.sender = sender
    this.parent = parent
    if (parent !== undefined) descend(this, parent)
  }

  get event(): string {
    return this.place.name
  }
  get namespace(): string | undefined {
    return this.place.namespace
  }
  get id(): string {
    const ids = lazy(this)
    ids.id ??= crypto.randomUUID()
    return ids.id
  }
  get correlationId(): string {
    return this.extra?.correlationId ?? this.parent?.correlationId ?? this.id
  }
  get causationId(): string | undefined {
    return this.extra?.causationId ?? this.parent?.id
  }
  get signal(): AbortSignal {
    const ids = lazy(this)
    ids.controller ??= new AbortController()
    return ids.controller.signal
  }
  get stopped(): boolean {
    return (this.flags & STOPPED) !== 0
  }
  stop(): void {
    this.flags |= STOPPED
  }
  /** To be called when its handlers are over; more than once does no harm. */
  finish(): void {
    if ((this.flags & DONE) !== 0) return
    this.flags |= DONE
    if (this.root !== undefined) lazy(this.root).running--
  }
  abort(reason: unknown): void {
    lazy(this)
    const ids = this.extra as Extra
    ids.controller ??= new AbortController()
    ids.controller.abort(reason)
  }
}

/** The context one handler gets when it can time out: the emission's, with a signal of its own. */
export class TimedContext implements EventContext {
  readonly #emission: Emission
  readonly signal: AbortSignal

  constructor(emission: Emission, signal: AbortSignal) {
    this.#emission = emission
    this.signal = signal
  }
  get event(): string {
    return this.#emission.event
  }
  get namespace(): string | undefined {
    return this.#emission.namespace
  }
  get sender(): unknown {
    return this.#emission.sender
  }
  get id(): string {
    return this.#emission.id
  }
  get correlationId(): string {
    return this.#emission.correlationId
  }
  get causationId(): string | undefined {
    return this.#emission.causationId
  }
  get stopped(): boolean {
    return this.#emission.stopped
  }
  stop(): void {
    this.#emission.stop()
  }
}

const ambient: Place = {
  name: "",
  namespace: undefined,
  maxDepth: Number.POSITIVE_INFINITY,
  maxRunning: Number.POSITIVE_INFINITY,
}

export interface ScopeValues {
  readonly override?: Events
  readonly correlationId?: string
  readonly causationId?: string
}

/** A scope that is no emission, only carries values to those made in it. Its parent is the real emission around it, if any. */
export function ambientScope(values: ScopeValues): Emission {
  trackContext()
  const outer = surrounding()
  const isNested = outer?.place === ambient
  const inner = new Emission(ambient, undefined, undefined)
  inner.parent = isNested ? outer.parent : outer
  const override = values.override ?? outer?.extra?.override
  if (override) lazy(inner).override = override
  setIds(
    inner,
    values.correlationId ?? (isNested ? outer.extra?.correlationId : undefined),
    values.causationId ?? (isNested ? outer.extra?.causationId : undefined),
  )
  return inner
}

export function setIds(
  emission: Emission,
  correlationId: string | undefined,
  causationId: string | undefined,
): void {
  if (correlationId !== undefined) lazy(emission).correlationId = correlationId
  if (causationId !== undefined) lazy(emission).causationId = causationId
}

/** The emission whose handler is running, also after an await in it; undefined elsewhere. */
export function currentContext(): EventContext | undefined {
  trackContext()
  const found = surrounding()
  return found?.place === ambient ? found.parent : found
}

/** The ids that an emission made here takes from the emission around it. */
export function idsHere(): { readonly correlationId?: string; readonly causationId?: string } {
  const outer = surrounding()
  return outer === undefined || outer.place === ambient
    ? {}
    : { correlationId: outer.correlationId, causationId: outer.id }
}

function lazy(emission: Emission): Extra {
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

function descend(child: Emission, scoped: Emission): void {
  const override = scoped.extra?.override
  if (override !== undefined) lazy(child).override = override
  let parent: Emission | undefined = scoped
  if (scoped.place === ambient) {
    parent = scoped.parent
    child.parent = parent
    setIds(child, scoped.extra?.correlationId, scoped.extra?.causationId)
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
  const ofRoot = lazy(root)
  if (ofRoot.running >= child.place.maxRunning) {
    const told = `The event "${root.event}" set off ${ofRoot.running} emissions that are all still running`
    bar(root, `${told}, at last "${child.event}".`, namesOf(child))
  }
  ofRoot.running++
}

/** Keeps the ids of an emission that is over but not the emission, so that a process that goes on for ever does not grow. */
function cutLoose(child: Emission, parent: Emission): void {
  const ids = lazy(child)
  ids.correlationId ??= parent.correlationId
  ids.causationId ??= parent.id
  child.parent = undefined
}

/** Only emissions that are still running make a loop: a job that re-emits itself for ever is over before each next round. */
function assertDepth(child: Emission, parent: Emission): void {
  let depth = 0
  let last = child
  for (let at: Emission | undefined = parent; at; at = at.parent) {
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

function namesOf(emission: Emission): string[] {
  const names: string[] = []
  for (let at: Emission | undefined = emission; at; at = at.parent) names.push(at.event)
  return names.reverse()
}

function bar(root: Emission, message: string, events: readonly string[]): never {
  const error = new NitroError("NITRO_EVENT_LOOP", message, { details: { events } })
  root.flags |= LOOPED
  lazy(root).loop = error
  throw error
}

function shorten(names: readonly string[]): string {
  const shown =
    names.length > 12
      ? [...names.slice(0, 5), `... ${names.length - 10} more ...`, ...names.slice(-5)]
      : names
  return shown.join(" -> ")
}
