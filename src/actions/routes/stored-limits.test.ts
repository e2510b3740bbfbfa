// Rate limits in a store: exact under concurrency, outside of the action's unit of work, and refilled in time.
import { action } from "nitro-ts/actions"
import { Entity, memory, type Store } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, describe, expect, it, vi } from "vitest"
import { Refusal } from "../index.ts"
import { StoredBuckets } from "./stored-limits.ts"

afterEach(() => vi.useRealTimers())

describe.each<[string, () => Store]>([
  ["memory", () => memory()],
  ["SQLite", () => sqlite(":memory:")],
])("on %s", (_, make) => {
  it("hands out as many tokens as there are, to callers at once too", async () => {
    const store = make()
    // Two processes, as far as memory goes.
    const [one, other] = [new StoredBuckets(store), new StoredBuckets(store)]
    const limit = { limit: 7, perSeconds: 3600 }
    const waits = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : other).take("ann", limit)),
    )
    expect(waits.filter(wait => wait === undefined)).toHaveLength(7)
    // A token comes back in 3600 / 7 seconds, of which a few have passed.
    for (const wait of waits) if (wait !== undefined) expect(wait).toBeCloseTo(514, -1.5)
    expect(await one.take("bob", limit)).toBeUndefined()
  })

  it("refills evenly, and never above the limit", async () => {
    const buckets = new StoredBuckets(make())
    const limit = { limit: 2, perSeconds: 60 }
    const take = () => buckets.take("ann", limit)
    vi.useFakeTimers({ toFake: ["Date"] })
    expect([await take(), await take(), await take()]).toEqual([undefined, undefined, 30])
    vi.advanceTimersByTime(31_000)
    expect([await take(), await take()]).toEqual([undefined, 29])
    vi.advanceTimersByTime(600_000)
    expect([await take(), await take(), await take()]).toEqual([undefined, undefined, 30])
  })

  it("counts a run that is rolled back, and each app and action for itself", async () => {
    const store = make()
    class Login extends Entity("Login", {}) {
      static store = store
      @action({ rateLimit: { limit: 1, perSeconds: 60 } }) static attempt() {
        throw new Refusal("Wrong password.")
      }
      @action({ rateLimit: { limit: 1, perSeconds: 60 } }) static other() {}
    }
    const app = (basePath: string) => nitro({ entities: [Login], limits: { store }, basePath })
    const [shop, office] = [app("/shop"), app("/office")]
    const post = async (handle: typeof shop, path: string, key?: string) => {
      const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key }
      const request = new Request(`http://a.test${path}`, { method: "POST", headers })
      const response = await handle(request)
      return [response.status, response.headers.get("retry-after")]
    }
    expect(await post(shop, "/shop/logins/attempt")).toEqual([409, null])
    expect(await post(shop, "/shop/logins/attempt")).toEqual([429, expect.stringMatching(/^\d+$/)])
    expect(await post(shop, "/shop/logins/attempt", crypto.randomUUID())).toEqual([
      429,
      expect.stringMatching(/^\d+$/),
    ])
    expect(await post(shop, "/shop/logins/other")).toEqual([204, null])
    expect(await post(office, "/office/logins/attempt")).toEqual([409, null])
  })
})

it("refuses a store that is none", () => {
  expect(() => nitro({ limits: { store: "app.db" as never } })).toThrow(
    expect.objectContaining({ code: "NITRO_LIMIT" }),
  )
})
