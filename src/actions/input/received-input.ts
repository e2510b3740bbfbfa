// The input of one request: read once, by its route or by `context().signals`, whichever comes first.
import { markData } from "../../shared/data.ts"
import { isObject } from "../../shared/guards.ts"
import type { PageSignals } from "../context/request-context.ts"
import type { InputLimits } from "../contract/limits.ts"
import { clientOf } from "./client-request.ts"
import { type RequestInput, readInput, readQuery } from "./input.ts"

/** The context of a request inherits from it, so that a route finds an input that was read before. */
export class ReceivedInput {
  #reading: Promise<RequestInput> | undefined = undefined
  #signals: Promise<PageSignals> | undefined = undefined

  /** The result of the first `read`, also for later calls. */
  readOnce(read: () => Promise<RequestInput>): Promise<RequestInput> {
    this.#reading ??= read()
    return this.#reading
  }

  /** The signals of the request, `{}` where it sends none. Parsed at the first call. */
  readSignals(request: Request, search: string, limits: InputLimits): Promise<PageSignals> {
    this.#signals ??= this.#parse(request, search, limits)
    return this.#signals
  }

  async #parse(request: Request, search: string, limits: InputLimits): Promise<PageSignals> {
    // A body of another client is no object of signals, and stays unread.
    if (clientOf(request) !== "datastar") return noSignals
    const { body, kind } = await this.readOnce(() =>
      readInput(request, readQuery(search, limits), true, limits),
    )
    return kind === "signals" ? markData(withoutPrototypeKeys(body)) : noSignals
  }
}

const noSignals: PageSignals = Object.freeze({})
const prototypeKeys: ReadonlySet<string> = new Set(["__proto__", "constructor"])

/** Code that copies or merges signals must not change a prototype. The input is at most 64 levels deep. */
function withoutPrototypeKeys<T>(value: T): T {
  // A copy has the members that are left, of the same types.
  if (Array.isArray(value)) return value.map(withoutPrototypeKeys) as T
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value)
    .filter(([name]) => !prototypeKeys.has(name))
    .map(([name, member]) => [name, withoutPrototypeKeys(member)])
  // The same.
  return Object.fromEntries(entries) as T
}
