// One emission: what its handlers are called with.
import { currentRequestId } from "../../shared/request-id.ts"
import type { EventContext } from "../types/types.ts"
import { DONE, descend, type Extra, extraOf, type Place, STOPPED } from "./nesting.ts"

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
    const ids = extraOf(this)
    ids.id ??= crypto.randomUUID()
    return ids.id
  }
  get correlationId(): string {
    const id = this.extra?.correlationId ?? this.parent?.correlationId
    if (id !== undefined) return id
    // Kept, since the next to look may run outside of the request.
    const ids = extraOf(this)
    ids.correlationId = currentRequestId() ?? this.id
    return ids.correlationId
  }
  get causationId(): string | undefined {
    return this.extra?.causationId ?? this.parent?.id
  }
  get signal(): AbortSignal {
    const ids = extraOf(this)
    ids.controller ??= new AbortController()
    return ids.controller.signal
  }
  get stopped(): boolean {
    return (this.flags & STOPPED) !== 0
  }
  stop(): void {
    this.flags |= STOPPED
  }
  /** Call it when the handlers are done; repeated calls have no effect. */
  finish(): void {
    if ((this.flags & DONE) !== 0) return
    this.flags |= DONE
    if (this.root !== undefined) extraOf(this.root).running--
  }
  abort(reason: unknown): void {
    const ids = extraOf(this)
    ids.controller ??= new AbortController()
    ids.controller.abort(reason)
  }
}
