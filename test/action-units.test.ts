// Actions and their unit of work: what they hold while they run, for how long, and what others get meanwhile.
import { createServer, type Server } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { type ActionCall, action, Refusal } from "../src/actions/index.ts"
import { nitro } from "../src/adapters/fetch.ts"
import type { NitroOptions } from "../src/adapters/nitro-options.ts"
import { nitro as nodeNitro } from "../src/adapters/node.ts"
import {
  Entity,
  inTransaction,
  memory,
  type Store,
  unitOfWork,
  withStores,
} from "../src/entity/index.ts"
import { postgresDrivers } from "../src/stores/sql/postgres/drivers/load.ts"
import { postgres } from "../src/stores/sql/postgres/store.ts"
import { sqlite } from "../src/stores/sql/sqlite/store.ts"
import { availableDrivers, temporaryFolder } from "../src/stores/sql/testing/drivers.ts"
import { expectErrors } from "./support/errors.ts"
import { postgresMissing, type TestDatabase, testDatabase } from "./support/postgres.ts"

let gate = Promise.resolve()
let open = (): void => {}
const close = (): void => {
  arrived = 0
  gate = new Promise(resolve => {
    open = resolve
  })
}
const seen: string[] = []
/** How many actions have begun to wait for the gate. */
let arrived = 0
const opened = (): Promise<void> => {
  arrived += 1
  return gate
}
const begun = async (actions: number): Promise<void> => {
  while (arrived < actions) await sleep(1)
}
afterEach(() => {
  open()
  gate = Promise.resolve()
  seen.length = 0
})

const actions = [
  "writeThenWait",
  "add",
  "addLater",
  "addAfterRead",
  "rename",
  "stuck",
  "stuckWriting",
  "slow",
  "meet",
  "watch",
] as const

/** Adds in several ways: at once, after a wait, after a read. */
class Counter extends Entity("Counter", { n: z.int().default(0), name: z.string().default("") }) {
  static {
    for (const name of actions)
      action(this, name, name.startsWith("stuck") ? { deadlineMs: 250 } : {})
    action(this, "read", { method: "GET" })
    action(this, "never", { method: "GET", deadlineMs: 60 })
    action(this, "refuseLate")
  }
  add(): void {
    this.n += 1
  }
  async addLater(): Promise<void> {
    await opened()
    this.n += 1
  }
  async writeThenWait(): Promise<void> {
    await this.update({ name: "held" })
    await sleep(200)
    this.n += 1
  }
  async addAfterRead(): Promise<void> {
    await sleep(1)
    await Counter.count()
    this.n += 1
  }
  async meet(): Promise<void> {
    const all = opened()
    if (arrived === 8) open()
    await all
    this.n += 1
  }
  async rename(): Promise<void> {
    await opened()
    this.name = "renamed"
  }
  async stuck(): Promise<void> {
    await new Promise(() => {})
  }
  async stuckWriting(): Promise<void> {
    await this.update({ name: "stuck" })
    arrived += 1
    await new Promise(() => {})
  }
  async slow(): Promise<void> {
    await sleep(100)
    this.n += 1
  }
  async watch(_input: unknown, { signal, user }: ActionCall): Promise<void> {
    seen.push(`begins ${String(user)}`)
    signal.addEventListener("abort", () => seen.push("aborted"))
    await opened()
    this.name = "kept"
  }
  async refuseLate(): Promise<void> {
    await opened()
    throw new Refusal("no")
  }
  async read(): Promise<{ n: number }> {
    await sleep(20)
    return { n: this.n }
  }
  async never(): Promise<void> {
    await new Promise(() => {})
  }
}
class Versioned extends Entity(
  "VersionedCounter",
  { n: z.int().default(0), name: z.string().default("") },
  { version: true },
) {
  static {
    action(this, "rename")
    action(this, "add")
  }
  async rename(): Promise<void> {
    await opened()
    this.name = "renamed"
  }
  add(): void {
    this.n += 1
  }
}

const options: NitroOptions = { entities: [Counter, Versioned] }
const app = nitro(options)
const post = (
  store: Store,
  entity: { readonly definition: { readonly plural: string } },
  id: string,
  name: string,
  method = "POST",
): Promise<Response> =>
  withStores(store, () =>
    app(
      new Request(
        `http://app.test/${entity.definition.plural}/${id}/${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`,
        {
          method,
          ...(method === "GET"
            ? {}
            : { headers: { "content-type": "application/json" }, body: "{}" }),
        },
      ),
    ),
  )

const folder = temporaryFolder()
const ends: (() => unknown)[] = [folder.remove]
afterAll(() => Promise.all(ends.map(end => end())))
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code
const counterOn = (store: Store, id: string): Promise<Counter> =>
  withStores(store, () => Counter.require(id))
let database: TestDatabase | undefined
let files = 0
const stores: [name: string, open: () => Store][] = [["memory()", () => memory()]]
for (const driver of availableDrivers) {
  stores.push([`sqlite on ${driver}`, () => sqlite({ file: folder.path(`${files++}.db`), driver })])
  stores.push([`sqlite(":memory:") on ${driver}`, () => sqlite({ file: ":memory:", driver })])
}
if (postgresMissing === undefined) {
  const made = await testDatabase(500)
  database = made
  ends.unshift(() => made.remove())
  for (const driver of postgresDrivers) {
    stores.push([
      `postgres through ${driver}`,
      () => postgres({ url: made.emptySchema(), driver, max: 4, schema: "sync" }),
    ])
  }
} else console.log(`Skipped: ${postgresMissing}`)

describe.each(stores)("actions on %s", (_name, openStore) => {
  const test = (title: string, run: (store: Store) => Promise<void>): void => {
    it(title, async () => {
      const store = openStore()
      try {
        await withStores(store, () => Counter.createMany([{ id: "a" }, { id: "b" }]))
        await withStores(store, () => Versioned.create({ id: "a" }))
        await run(store)
      } finally {
        open()
        await store.close()
      }
    })
  }
  const counter = (store: Store, id = "a"): Promise<Counter> =>
    withStores(store, () => Counter.require(id))

  test("lose none of twenty changes at once that need no waiting", async store => {
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => post(store, Counter, "a", "add")),
    )
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 204))
    expect((await counter(store)).n).toBe(20)
    await Promise.all(Array.from({ length: 10 }, () => post(store, Versioned, "a", "add")))
    expect((await withStores(store, () => Versioned.require("a"))).n).toBe(10)
  })

  test("lose and refuse none of twenty changes that wait for a slow one", async store => {
    const slow = post(store, Counter, "a", "writeThenWait")
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => post(store, Counter, "a", "add")),
    )
    expect([(await slow).status, ...responses.map(({ status }) => status)]).toEqual(
      Array(21).fill(204),
    )
    expect((await counter(store)).toJSON()).toEqual({ id: "a", n: 21, name: "held" })
  })

  test("overlap while they wait for something else", async store => {
    // Each waits for all of the others, so that none is done unless all have begun.
    close()
    await withStores(store, () =>
      Counter.createMany(Array.from({ length: 8 }, (_, at) => ({ id: `m${at}` }))),
    )
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, at) => post(store, Counter, `m${at}`, "meet")),
    )
    expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(204))
    expect(await withStores(store, () => Counter.where({ n: 1 }).count())).toBe(8)
  })

  test("hold no store while they wait for something else", async store => {
    close()
    const waiting = [
      post(store, Counter, "a", "rename"),
      post(store, Counter, "b", "refuseLate"),
      post(store, Counter, "b", "watch"),
    ]
    await begun(3)
    // None of the others has begun to write.
    expect((await post(store, Counter, "b", "add")).status).toBe(204)
    await withStores(store, () => Counter.create({ id: "c" }))
    open()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([204, 409, 204])
    expect([(await counter(store)).name, (await counter(store, "b")).toJSON()]).toEqual([
      "renamed",
      { id: "b", n: 1, name: "kept" },
    ])
  })

  test("keep what others changed meanwhile, and refuse to write over it", async store => {
    close()
    const [rename, add, versioned] = [
      post(store, Counter, "a", "rename"),
      post(store, Counter, "a", "addLater"),
      post(store, Versioned, "a", "rename"),
    ]
    await begun(3)
    expect((await post(store, Counter, "a", "add")).status).toBe(204)
    expect((await post(store, Versioned, "a", "add")).status).toBe(204)
    open()
    expect([(await rename).status, (await add).status, (await versioned).status]).toEqual([
      204, 409, 409,
    ])
    expect((await counter(store)).toJSON()).toEqual({ id: "a", n: 1, name: "renamed" })
  })

  test("see what is stored when they read after waiting", async store => {
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => post(store, Counter, "a", "addAfterRead")),
    )
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 204))
    expect((await counter(store)).n).toBe(8)
  })

  test("are 404 when their entity is deleted meanwhile", async store => {
    close()
    const rename = post(store, Counter, "a", "rename")
    await begun(1)
    await withStores(store, () => Counter.deleteWhere({ id: "a" }))
    open()
    expect((await rename).status).toBe(404)
    expect((await post(store, Counter, "missing", "add")).status).toBe(404)
    expect((await post(store, Counter, "b", "add")).status).toBe(204)
  })

  test("that never end get 504 and taken back, and affect no others", async store => {
    const errors = expectErrors()
    const stuck = [
      post(store, Counter, "a", "stuck"),
      post(store, Counter, "a", "stuckWriting"),
      post(store, Counter, "a", "never", "GET"),
    ]
    await sleep(20)
    expect((await post(store, Counter, "b", "read", "GET")).status).toBe(200)
    const later = [post(store, Counter, "b", "add"), post(store, Counter, "a", "add")]
    for (const response of await Promise.all(stuck))
      expect([response.status, response.headers.get("retry-after")]).toEqual([504, "1"])
    expect(errors.map(({ where }) => where).sort()).toEqual([
      "Counter.never",
      "Counter.stuck",
      "Counter.stuckWriting",
    ])
    expect((await Promise.all(later)).map(({ status }) => status)).toEqual([204, 204])
    expect((await counter(store)).toJSON()).toEqual({ id: "a", n: 1, name: "" })
  })
})

describe.each(stores)("store.transaction on %s", (_name, openStore) => {
  it("ends at its deadline, refuses what is left of its work, and lets others in", async () => {
    const store = openStore()
    await withStores(store, () => Counter.create({ id: "a" }))
    let left: Promise<unknown> = Promise.resolve()
    let goOn = (): void => {}
    const never = async (): Promise<void> => {
      await withStores(store, () => Counter.updateWhere({ id: "a" }, { name: "stuck" }))
      left = new Promise<void>(resolve => {
        goOn = resolve
      }).then(() => withStores(store, () => Counter.updateWhere({ id: "a" }, { name: "late" })))
      left.catch(() => undefined)
      await new Promise(() => {})
    }
    await expect(
      inTransaction(store, never, { deadlineMs: 100, holder: "import" }),
    ).rejects.toMatchObject({
      code: "NITRO_DEADLINE",
      message: "The import did not finish within 100 ms and was stopped.",
    })
    goOn()
    await expect(left).rejects.toMatchObject({ code: "NITRO_UNIT_ENDED" })
    await withStores(store, () => Counter.updateWhere({ id: "a" }, { n: 5 }))
    expect(await withStores(store, async () => (await Counter.require("a")).toJSON())).toEqual({
      id: "a",
      n: 5,
      name: "",
    })
    await store.close()
  })
})

describe.skipIf(postgresMissing !== undefined).each(postgresDrivers)(
  "a statement that waits for a lock of Postgres, through %s",
  driver => {
    const ends: [name: string, run: (store: Store) => Promise<unknown>, outcome: unknown][] = [
      ["an action", async store => (await post(store, Counter, "a", "stuckWriting")).status, 504],
      [
        "a unit of work",
        store =>
          withStores(store, () =>
            unitOfWork(() => Counter.updateWhere({ id: "a" }, { n: 1 }), { deadlineMs: 150 }),
          ).catch(codeOf),
        "NITRO_DEADLINE",
      ],
      [
        "a unit inside of another",
        store =>
          withStores(store, () =>
            unitOfWork(async () => {
              await Counter.count()
              return await unitOfWork(() => Counter.updateWhere({ id: "a" }, { n: 1 }), {
                deadlineMs: 150,
              }).catch(codeOf)
            }),
          ),
        "NITRO_DEADLINE",
      ],
      [
        "store.transaction",
        store => {
          const work = (): Promise<unknown> =>
            withStores(store, () => Counter.updateWhere({ id: "a" }, { n: 1 }))
          return inTransaction(store, work, { deadlineMs: 150 }).catch(codeOf)
        },
        "NITRO_DEADLINE",
      ],
    ]
    it.each(ends)("is cancelled at the deadline of %s", async (_name, run, outcome) => {
      // Those of an action; a unit of work gives its error to its caller.
      expectErrors()
      const url = (database as TestDatabase).emptySchema()
      const store = postgres({ url, driver, max: 1, schema: "sync" })
      await withStores(store, () => Counter.createMany([{ id: "a" }, { id: "b" }]))
      const other = new Client({ connectionString: url })
      await other.connect()
      try {
        await other.query("begin; update counters set n = 9 where id = 'a'")
        expect(await run(store)).toBe(outcome)
        // The only connection is free again, and no statement waits in the server.
        await withStores(store, () => Counter.updateWhere({ id: "b" }, { n: 2 }))
        expect((await other.query("select 1 from pg_locks where not granted")).rows).toEqual([])
        await other.query("commit")
        expect((await counterOn(store, "a")).n).toBe(9)
      } finally {
        await other.end()
        await store.close()
      }
    })
  },
)

describe("a request that waits too long for a store", () => {
  it.each([
    ["memory()", () => memory({ waitTimeoutMs: 40 })],
    ["sqlite", () => sqlite({ file: folder.path(`${files++}.db`), waitTimeoutMs: 40 })],
  ])("gets 503 with Retry-After and a fixed sentence on %s", async (_name, openStore) => {
    const errors = expectErrors()
    const store = openStore()
    await withStores(store, () => Counter.createMany([{ id: "a" }, { id: "b" }]))
    arrived = 0
    const stuck = post(store, Counter, "a", "stuckWriting")
    await begun(1)
    const response = await post(store, Counter, "b", "add")
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"])
    expect(await response.json()).toEqual({
      error: {
        code: "NITRO_INTERNAL",
        message: "The server is busy. Please try again in a moment.",
        status: 503,
      },
    })
    expect((await stuck).status).toBe(504)
    expect(errors.map(({ where }) => where)).toEqual(["Counter.add", "Counter.stuckWriting"])
    expect((await post(store, Counter, "b", "add")).status).toBe(204)
    await store.close()
  })
})

describe("a client that is gone", () => {
  it("aborts the signal of an action, whose unit goes on and is committed", async () => {
    const store = memory()
    await withStores(store, () => Counter.create({ id: "a" }))
    const server: Server = createServer((req, res) =>
      withStores(store, () => nodeNitro({ ...options, user: () => "ann" as never })(req, res)),
    )
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve))
    close()
    const { port } = server.address() as AddressInfo
    const socket = connect(port, "127.0.0.1")
    socket.write(
      "POST /counters/a/watch HTTP/1.1\r\nhost: app.test\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    )
    while (seen.length < 1) await sleep(1)
    socket.destroy()
    while (seen.length < 2) await sleep(1)
    expect(seen).toEqual(["begins ann", "aborted"])
    open()
    let stored = await withStores(store, () => Counter.require("a"))
    while (stored.name === "") {
      await sleep(1)
      stored = await withStores(store, () => Counter.require("a"))
    }
    expect(stored.name).toBe("kept")
    server.closeAllConnections()
    server.close()
  })

  it("had aborted before the action looks at its signal", async () => {
    const abort = new AbortController()
    abort.abort(new Error("gone"))
    const store = memory()
    await withStores(store, () => Counter.create({ id: "a" }))
    let aborted: unknown
    class Late extends Entity("LateReader", { n: z.int().default(0) }) {
      static {
        action(this, "look")
      }
      static look(_input: unknown, { signal }: ActionCall): void {
        aborted = [signal.aborted, (signal.reason as Error).message]
      }
    }
    const late = nitro({ entities: [Late] })
    await withStores(store, () =>
      late(
        new Request("http://app.test/late-readers/look", { method: "POST", signal: abort.signal }),
      ),
    )
    expect(aborted).toEqual([true, "gone"])
  })
})
