// Events that wait for the commit, in actions and in commands: no handler runs for writes that were not stored.
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { action } from "../src/actions/index.ts"
import { nitro } from "../src/adapters/fetch.ts"
import { Command, createHandlers } from "../src/cqrs/index.ts"
import {
  afterCommit,
  Entity,
  memory,
  observeChanges,
  type Store,
  unitOfWork,
  withStores,
} from "../src/entity/index.ts"
import {
  createEvents,
  currentContext,
  emit,
  event,
  on,
  withContext,
  withEvents,
} from "../src/events/index.ts"

const failure = new Error("on purpose")
const placed = event<Order>("test.order.placed", { afterCommit: true })

class Order extends Entity(
  "Order",
  { number: z.int(), status: z.string().default("new") },
  { unique: ["number"] },
) {
  static {
    action(this, "place", { input: { number: z.int() } })
  }
  async place({ number }: { number: number }): Promise<void> {
    this.number = number
    this.status = "placed"
    await emit(placed, this)
  }
}

let store: Store
let ends: (() => void)[] = []
const app = nitro({ entities: [Order] })
const place = (id: string, number: number): Promise<Response> =>
  withStores(store, () =>
    app(
      new Request(`http://app.test/orders/${id}/place`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ number }),
      }),
    ),
  )

beforeEach(() => {
  store = memory()
})
afterEach(() => {
  for (const end of ends) end()
  ends = []
})

describe("an event of an action, with afterCommit", () => {
  it("is not heard when the action's own save fails, and is heard with the stored row when it does not", async () => {
    const heard: string[] = []
    ends.push(
      on(placed, async order => {
        const stored = await Order.require(order.id)
        heard.push(`${order.number} is ${stored.status}`)
      }),
    )
    await withStores(store, () =>
      Order.createMany([
        { id: "a", number: 1 },
        { id: "b", number: 2 },
      ]),
    )
    const refused = await place("a", 2)
    expect(refused.status).toBe(409)
    expect(heard).toEqual([])
    expect((await place("a", 3)).status).toBe(204)
    expect(heard).toEqual(["3 is placed"])
  })
})

describe("an event with afterCommit", () => {
  const withUnit = <T>(run: () => Promise<T>): Promise<T> =>
    withStores(store, () => unitOfWork(run))

  it("is a plain event outside of units of work", async () => {
    const events = createEvents()
    const happened = events.event("happened", { afterCommit: true })
    events.on(happened, () => "heard")
    expect(await events.emit(happened)).toEqual([{ value: "heard" }])
    expect(events.emitSync("happened")).toEqual([{ value: "heard" }])
    const values: unknown[] = []
    for await (const value of events.stream(happened)) values.push(value)
    expect(values).toEqual(["heard"])
  })

  it("validates at once and hands over what the schema gives, by reference", async () => {
    const events = createEvents()
    const schema = z.object({ n: z.coerce.number() })
    const happened = events.event("happened.checked", { schema, afterCommit: true })
    const heard: unknown[] = []
    events.on(happened, payload => heard.push(payload))
    const free = events.event<object>("happened.unchecked", { afterCommit: true })
    events.on(free, payload => heard.push(payload))
    const reference = { n: 1 }
    await withUnit(async () => {
      await expect(events.emit(happened, { n: "x" } as never)).rejects.toMatchObject({
        code: "NITRO_EVENT_PAYLOAD",
      })
      expect(() => events.emitSync(happened, { n: "x" } as never)).toThrow("refused")
      await events.emit(happened, { n: "5" } as never)
      await events.emit(free, reference)
      reference.n = 2
    })
    expect(heard).toEqual([{ n: 5 }, { n: 2 }])
    expect(heard[1]).toBe(reference)
  })

  it("refuses what needs its handlers at once", async () => {
    const events = createEvents()
    const happened = events.event("happened", { afterCommit: true })
    events.on(happened, () => 1)
    const code = { code: "NITRO_EVENT_AFTER_COMMIT" }
    await withUnit(async () => {
      await expect(
        events.emit(happened, undefined, { stopWhen: () => true }),
      ).rejects.toMatchObject(code)
      await expect(events.emit(happened, undefined, { onError: "throw" })).rejects.toMatchObject(
        code,
      )
      expect(() => events.emitSync(happened, undefined, { onError: "throw" })).toThrow(
        "waits for the commit",
      )
      expect(() => events.stream(happened)).toThrow("waits for the commit")
      expect(() => events.stream("happened")).toThrow("waits for the commit")
    })
  })

  it("reports what its handlers throw, also where the registry throws to emitters", async () => {
    const failures: unknown[] = []
    const [loud, throwing] = [
      createEvents({ onError: ({ error }) => failures.push(error) }),
      createEvents({ onError: "throw" }),
    ]
    for (const events of [loud, throwing]) {
      const happened = events.event("happened", { afterCommit: true })
      events.on(happened, () => Promise.reject(failure))
      await withUnit(async () => {
        expect(
          await events.emit(happened, undefined, { onError: ({ error }) => failures.push(error) }),
        ).toEqual([])
        if (events === loud) await events.emit(happened)
      })
    }
    expect(failures).toEqual([failure, failure, failure])
  })

  it("runs one emission after the other, each to its end", async () => {
    const events = createEvents()
    const happened = events.event<number>("happened", { afterCommit: true })
    const order: string[] = []
    events.on(happened, async n => {
      order.push(`begins ${n}`)
      await sleep(n === 1 ? 5 : 0)
      order.push(`ends ${n}`)
    })
    await withUnit(async () => {
      await events.emit(happened, 1)
      await events.emit(happened, 2)
    })
    while (order.length < 4) await sleep(1)
    expect(order).toEqual(["begins 1", "ends 1", "begins 2", "ends 2"])
  })

  it("keeps the ids and the registry of the place that emits", async () => {
    const events = createEvents()
    const happened = event("test.happened", { afterCommit: true })
    const seen: unknown[] = []
    events.on(happened, async (_payload, context) => {
      seen.push(context.correlationId, context.causationId, currentContext() === context)
      await emit("test.next")
    })
    events.on("test.next", (_payload, context) => seen.push(context.correlationId))
    let cause: string | undefined
    events.on("test.begin", async (_payload, context) => {
      cause = context.id
      await withUnit(() => emit(happened))
    })
    await withContext({ correlationId: "request-7" }, () =>
      withEvents(events, () => emit("test.begin")),
    )
    expect(seen).toEqual(["request-7", cause, true, "request-7"])
  })

  it("takes no part in another unit that its handler opens", async () => {
    const events = createEvents()
    const happened = events.event("happened", { afterCommit: true })
    events.on(happened, () =>
      unitOfWork(async () => {
        await Order.create({ number: 2 })
        throw failure
      }).catch(() => {}),
    )
    await withStores(store, async () => {
      await unitOfWork(async () => {
        await Order.create({ number: 1 })
        await events.emit(happened)
      })
      expect((await Order.all()).map(({ number }) => number)).toEqual([1])
    })
  })

  it("waits in commands too", async () => {
    class Place extends Command("TestPlace", { number: z.int() }) {}
    const handlers = createHandlers()
    const heard: number[] = []
    ends.push(on(placed, ({ number }) => heard.push(number)))
    handlers.handle(Place, async ({ number }) => {
      await emit(placed, await Order.create({ number }))
      if (number === 13) throw failure
      expect(heard).toEqual([])
    })
    await withStores(store, async () => {
      await handlers.execute(new Place({ number: 13 })).catch(() => {})
      await handlers.execute(new Place({ number: 1 }))
    })
    expect(heard).toEqual([1])
  })
})

describe("a unit over two stores", () => {
  it("announces and keeps in memory what the first one has committed when the second one cannot commit", async () => {
    class Kept extends Entity("Kept", { n: z.int() }) {}
    class Lost extends Entity("Lost", { n: z.int() }) {}
    const second = memory()
    const failing: Store = {
      name: "failing",
      capabilities: second.capabilities,
      encoding: second.encoding,
      bind: definition => second.bind(definition),
      close: () => {},
      begin: async options => ({
        ...(await (second.begin as NonNullable<Store["begin"]>)(options)),
        commit() {
          throw failure
        },
      }),
    }
    const announced: string[] = []
    ends.push(observeChanges(({ entity }) => announced.push(entity.name)))
    await withStores({ Kept: memory(), Lost: failing }, async () => {
      const [kept, lost] = [new Kept({ n: 1 }), new Lost({ n: 1 })]
      const run = unitOfWork(async () => {
        await kept.save()
        await lost.save()
        afterCommit(() => announced.push("callback"))
      })
      await expect(run).rejects.toBe(failure)
      expect([kept.isNew, lost.isNew, await Kept.count()]).toEqual([false, true, 1])
    })
    expect(announced).toEqual(["Kept"])
  })
})
