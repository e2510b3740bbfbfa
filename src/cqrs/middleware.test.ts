// The middleware of an app around commands: inside of the unit of work of each, as it is around actions.
import type { OperationMiddleware } from "nitro-ts/actions"
import { Command, commands, createHandlers, type Handlers } from "nitro-ts/cqrs"
import { Entity, memory, type Store } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../test/support/errors.ts"
import { Refusal } from "../actions/index.ts"
import { NitroError } from "../shared/errors.ts"

describe.each<[string, Store]>([
  ["memory", memory()],
  ["SQLite", sqlite(":memory:")],
])("on %s", (_, store) => {
  class Audit extends Entity("Audit", { text: z.string() }) {
    static store = store
  }
  class Sale extends Entity("Sale", { product: z.string() }, { version: true }) {
    static store = store
  }
  class Sell extends Command("Sell", { product: z.string() }) {}

  let handlers: Handlers
  let order: string[]
  const audited: OperationMiddleware = async ({ route, input }, next) => {
    order.push("app")
    await Audit.create({ text: `${route.name} ${String(input["product"])}` })
    return next()
  }
  const sell = async (product = "tea", middleware = [audited]) => {
    const app = nitro({ routes: [commands([Sell], { handlers, allow: () => true })], middleware })
    const response = await app(
      new Request("http://shop.test/cmds/sell", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ product }),
      }),
    )
    return { status: response.status, text: await response.text() }
  }
  const rows = async () => [await Audit.count(), await Sale.count()]

  beforeEach(async () => {
    order = []
    handlers = createHandlers()
    await Audit.deleteWhere({}, { all: true })
    await Sale.deleteWhere({}, { all: true })
  })

  it("commits with the command what the middleware writes", async () => {
    handlers.handle(Sell, async ({ product }) => {
      await Sale.create({ product })
    })
    expect((await sell()).status).toBe(204)
    expect(await rows()).toEqual([1, 1])
  })

  it("rolls both back when the handler refuses, or the middleware does behind it", async () => {
    handlers.handle(Sell, async ({ product }) => {
      await Sale.create({ product })
      if (product === "none") throw new Refusal("Sold out.")
    })
    expect((await sell("none")).status).toBe(409)
    const strict: OperationMiddleware = async (_call, next) => {
      await next()
      throw new Refusal("Not today.")
    }
    expect((await sell("tea", [audited, strict])).status).toBe(409)
    expect(await rows()).toEqual([0, 0])
  })

  it("rolls back a result that no client can get", async () => {
    expectErrors()
    handlers.handle(Sell, async ({ product }) => {
      await Sale.create({ product })
      return new Map()
    })
    expect((await sell()).status).toBe(500)
    expect(await rows()).toEqual([0, 0])
  })

  it("stands between what is outside of the unit and what is inside, in each attempt", async () => {
    handlers.use(async (_message, _context, next) => {
      order.push("use")
      return next()
    })
    handlers.use(
      async (_message, _context, next) => {
        order.push("in unit")
        return next()
      },
      { inUnitOfWork: true },
    )
    handlers.handle(
      Sell,
      async (_command, { attempt }) => {
        order.push(`handler ${attempt}`)
        if (attempt === 1) throw new NitroError("NITRO_STALE_ENTITY", "A copy is stale.")
      },
      { retry: 2, allow: () => order.push("allow") > 0 },
    )
    expect((await sell()).status).toBe(204)
    expect(order).toEqual([
      "use",
      "allow",
      "app",
      "in unit",
      "handler 1",
      "app",
      "in unit",
      "handler 2",
    ])
    expect(await Audit.count()).toBe(1)
  })

  it("runs without a unit where the handler has none", async () => {
    handlers.handle(
      Sell,
      () => {
        throw new Refusal("Sold out.")
      },
      { unitOfWork: false },
    )
    expect((await sell()).status).toBe(409)
    expect(await rows()).toEqual([1, 0])
  })

  it('runs around a result that "use" returns in place of the handler\'s', async () => {
    handlers.use(async () => "kept")
    handlers.handle(Sell, () => "fresh")
    const strict: OperationMiddleware = () => {
      throw new Refusal("Not today.")
    }
    expect((await sell("tea", [audited])).text).toContain("kept")
    expect((await sell("tea", [strict])).status).toBe(409)
  })
})
