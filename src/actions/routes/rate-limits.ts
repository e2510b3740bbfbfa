// How often an action is run: a token bucket for each caller and action, kept by the app.

import { syncResult } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import type { AppPart } from "../context/app-state.ts"
import { clientAddressOf, networkOf } from "../context/client-address.ts"
import { context } from "../context/request-context.ts"
import type { RateLimit } from "../contract/action-options.ts"
import type { Route } from "../contract/route.ts"
import "../contract/errors.ts"
import { StoredBuckets } from "./stored-limits.ts"

/** Beyond, the bucket that was used longest ago is forgotten: a client that changes its address must not fill the memory. */
const maxBuckets = 100_000

interface Bucket {
  tokens: number
  /** When `tokens` was right, in milliseconds. */
  at: number
  /** When it is full again, and as good as none. */
  fullAt: number
}

export class Buckets {
  // In the order of use.
  readonly #buckets = new Map<string, Bucket>()

  get size(): number {
    return this.#buckets.size
  }

  /** Takes a token, and returns the seconds to wait where there is none. */
  take(key: string, { limit, perSeconds }: RateLimit, now: number): number | undefined {
    const perMs = limit / (perSeconds * 1000)
    const bucket = this.#buckets.get(key)
    const tokens =
      bucket === undefined ? limit : Math.min(limit, bucket.tokens + (now - bucket.at) * perMs)
    this.#buckets.delete(key)
    const isEmpty = tokens < 1
    const left = isEmpty ? tokens : tokens - 1
    this.#buckets.set(key, { tokens: left, at: now, fullAt: now + (limit - left) / perMs })
    this.#forget(now)
    return isEmpty ? Math.ceil((1 - tokens) / perMs / 1000) : undefined
  }

  #forget(now: number): void {
    for (const [key, { fullAt }] of this.#buckets) {
      if (fullAt > now && this.#buckets.size <= maxBuckets) break
      this.#buckets.delete(key)
    }
  }
}

const buckets: AppPart<Buckets | StoredBuckets> = {
  name: "rate limits",
  make: ({ limits: { store } }) => (store === undefined ? new Buckets() : new StoredBuckets(store)),
}

/** Counts a run of the route by the user or the address of the request; a promise where a store counts. @throws NITRO_RATE_LIMIT */
export function countRun(
  { name, action }: Pick<Route, "name" | "action">,
  addressOf: ((request: Request) => string | undefined) | undefined,
): Promise<void> | undefined {
  const limit = action?.rateLimit
  if (limit === undefined) return undefined
  const { app, user, request } = context()
  const address = (): string =>
    (addressOf === undefined
      ? clientAddressOf(request)
      : syncResult(addressOf(request), "nitro({ clientAddress })")) ?? ""
  const caller = userKey(user) ?? `address ${networkOf(address())}`
  const key = `${name} ${caller}`
  const part = app.part(buckets)
  if (part instanceof StoredBuckets) return part.take(`${app.basePath} ${key}`, limit).then(refuse)
  refuse(part.take(key, limit, performance.now()))
  return undefined
}

function refuse(seconds: number | undefined): void {
  if (seconds === undefined) return
  throw new NitroError("NITRO_RATE_LIMIT", `Too many requests. Try again in ${seconds} s.`, {
    retryAfterSeconds: seconds,
  })
}

/** Undefined for a visitor, and for a user without an identity. */
function userKey(user: unknown): string | undefined {
  if (isObject(user)) {
    const { id } = user
    return id === undefined || id === null ? undefined : userKey(id)
  }
  return user === undefined || user === null ? undefined : `user ${typeof user} ${String(user)}`
}
