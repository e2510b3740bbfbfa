// The context of one handler that can time out.
import type { EventContext } from "../types/types.ts"
import type { Emission } from "./emission.ts"

/** That of the emission, with another signal. */
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
