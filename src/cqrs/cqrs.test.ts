import { subscribe, unsubscribe } from "node:diagnostics_channel"
import {
  ask,
  Command,
  createHandlers,
  currentHandlers,
  execute,
  type Handlers,
  handle,
  type MessageReport,
  Query,
  use,
  withHandlers,
} from "nitro-ts/cqrs"
import { Entity, memory, unitOfWork } from "nitro-ts/entity"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { NitroError } from "../shared/errors.ts"

class Account extends Entity(
  "Account",
  { owner: z.string(), balance: z.number() },
  { version: true },
) {
  static store = memory()
}
class Pay extends Command("Pay", { from: z.string(), amount: z.coerce.number().positive() }) {}
class Balance extends Query(
  "Balance",
  { of: z.string() },
  { returns: z.object({ balance: z.number() }) },
) {}

/** Every test has a new set of handlers. */
let handlers: Handlers
beforeEach(() => {
  handlers = createHandlers()
})
const code = (name: string) => expect.objectContaining({ code: name })

describe("a message", () => {
  it("holds what its fields make of the input, and nothing changes it", () => {
    const pay = new Pay({ from: "a", amount: "5" })
    expect({ ...pay }).toEqual({ from: "a", amount: 5 })
    expect(JSON.stringify(pay)).toBe('{"from":"a","amount":5}')
    expect(() => Object.assign(pay, { amount: 6 })).toThrow(TypeError)
    expect(pay).toBeInstanceOf(Pay)
    expect(Pay.definition).toMatchObject({ kind: "command", name: "Pay" })
  })

  it.each([
    [{ from: "a", amount: -1 }, "amount", /Too small/],
    [{ from: "a" }, "amount", /number/],
    [{ from: "a", amount: 1, amonut: 2 }, "amonut", /Unknown field/],
    [{ from: "a", amount: 1, ["__proto__"]: 1 }, "__proto__", /Unknown field/],
    [null, "", /Expected an object/],
    [[], "", /Expected an object/],
  ])("refuses %j", (input, path, message) => {
    const make = () => new Pay(input as never)
    expect(make).toThrow(code("NITRO_CQRS_INPUT"))
    expect(make).toThrow(
      expect.objectContaining({
        details: { issues: [{ path, message: expect.stringMatching(message) }] },
      }),
    )
  })

  it("suggests the right spelling of a field", () => {
    expect(() => new Pay({ from: "a", amonut: 1 } as never)).toThrow(
      expect.objectContaining({ fix: 'Did you mean "amount"?' }),
    )
  })

  it("cannot be declared so that it could not work", () => {
    expect(() => Command("place order", {})).toThrow("is not a usable name of a command")
    expect(() => Query("Q", { constructor: z.string() } as never)).toThrow("would hide")
    expect(() => Command("C", { name: "text" } as never)).toThrow("is not a zod 4 schema")
    class Slow extends Command("Slow", { name: z.string().refine(async () => true) }) {}
    expect(() => new Slow({ name: "a" })).toThrow("has an async check")
  })
})

describe("exactly one handler", () => {
  it("gets the message and gives the result", async () => {
    const pay = handlers.handle(Pay, async ({ from, amount }) => `${from} paid ${amount}`)
    expect(await handlers.execute(new Pay({ from: "a", amount: 5 }))).toBe("a paid 5")
    expect(await pay({ from: "b", amount: 6 })).toBe("b paid 6")
  })

  it("refuses a second one and names both places", () => {
    handlers.handle(Pay, () => 1)
    const second = () => handlers.handle(Pay, () => 2)
    expect(second).toThrow(code("NITRO_CQRS_TWO_HANDLERS"))
    expect(second).toThrow(
      /given two handlers: at \S*cqrs\.test\.ts:\d+:\d+ and at \S*cqrs\.test\.ts:\d+:\d+\.$/,
    )
  })

  it("names the places of the module's own handle too, and they differ", () => {
    withHandlers(handlers, () => {
      handle(Pay, () => 1)
      try {
        handle(Pay, () => 2)
        expect.unreachable()
      } catch (error) {
        const sites = (error as NitroError).details["sites"] as string[]
        expect(sites.map(site => site.replace(/:\d+:\d+$/, ""))).toEqual(
          Array(2).fill(expect.stringContaining("cqrs.test.ts")),
        )
        expect(new Set(sites).size).toBe(2)
      }
    })
  })

  it("refuses a handler for another class of the same name", () => {
    class Other extends Command("Pay", {}) {}
    handlers.handle(Pay, () => 1)
    expect(() => handlers.handle(Other, () => 2)).toThrow("Two classes are named Pay")
  })

  it("says what to do when there is none", async () => {
    handlers.handle(Balance, () => ({ balance: 1 }))
    await expect(handlers.execute(new Pay({ from: "a", amount: 1 }))).rejects.toMatchObject({
      code: "NITRO_CQRS_NO_HANDLER",
      message: "Nothing handles the command Pay.",
      fix: "Call handle(Pay, ...), and import the file that does so where the application starts. Handled are: Balance.",
    })
  })

  it("is taken away by off and by using, and may then be given again", async () => {
    const first = handlers.handle(Pay, () => 1)
    first.off()
    first.off()
    {
      using _ = handlers.handle(Pay, () => 2)
      first.off()
      expect(await handlers.execute(new Pay({ from: "a", amount: 1 }))).toBe(2)
    }
    await expect(handlers.execute(new Pay({ from: "a", amount: 1 }))).rejects.toEqual(
      code("NITRO_CQRS_NO_HANDLER"),
    )
  })

  it("serves subclasses of its message", async () => {
    class BigPay extends Pay {}
    handlers.handle(Pay, pay => pay.constructor.name)
    expect(await handlers.execute(new BigPay({ from: "a", amount: 1 }))).toBe("BigPay")
  })

  it.each([
    [() => handlers.execute(Pay as never), "Call execute(new Pay({ ... }))."],
    [() => handlers.execute({ from: "a" } as never), "Call execute(new ...({ ... }))."],
    [() => handlers.execute(undefined as never), "Call execute(new ...({ ... }))."],
    [() => handlers.execute(new Balance({ of: "a" }) as never), "Use `ask(query)`."],
    [() => handlers.ask(new Pay({ from: "a", amount: 1 }) as never), "Use `execute(command)`."],
  ])("explains a wrong call %#", async (call, fix) => {
    await expect(call()).rejects.toMatchObject({ code: "NITRO_CQRS_DEFINITION", fix })
  })

  it("explains a wrong registration", () => {
    expect(() => handlers.handle(Account as never, (() => 1) as never)).toThrow(
      "handle was given the class Account, which is no command or query class.",
    )
    expect(() => handlers.handle(Pay, 5 as never)).toThrow(
      "The handler of Pay is number 5, not a function.",
    )
  })
})

describe("a unit of work", () => {
  const open = async () => {
    await Account.deleteWhere({}, { all: true })
    return Account.create({ owner: "a", balance: 10 })
  }

  it("takes back everything that a failing command wrote", async () => {
    const account = await open()
    handlers.handle(Pay, async ({ from, amount }) => {
      const payer = await Account.require(from)
      await payer.update({ balance: payer.balance - amount })
      throw new Error("the bank is closed")
    })
    await expect(handlers.execute(new Pay({ from: account.id, amount: 4 }))).rejects.toThrow(
      "the bank is closed",
    )
    expect((await Account.require(account.id)).balance).toBe(10)
  })

  it("takes it back too when the result is not the declared one", async () => {
    class Open extends Command("Open", {}, { returns: z.instanceof(Account) }) {}
    await open()
    handlers.handle(
      Open,
      async () => (await Account.create({ owner: "b", balance: 1 })).toJSON() as never,
    )
    await expect(handlers.execute(new Open())).rejects.toEqual(code("NITRO_CQRS_RESULT"))
    expect(await Account.count()).toBe(1)
  })

  it("is left out on request, and for queries always", async () => {
    await open()
    handlers.handle(
      Pay,
      async () => {
        await Account.create({ owner: "kept", balance: 1 })
        throw new Error("late")
      },
      { unitOfWork: false },
    )
    await expect(handlers.execute(new Pay({ from: "a", amount: 1 }))).rejects.toThrow("late")
    expect(await Account.count()).toBe(2)
    handlers.handle(Balance, async () => {
      await Account.create({ owner: "kept too", balance: 1 })
      throw new Error("late")
    })
    await expect(handlers.ask(new Balance({ of: "a" }))).rejects.toThrow("late")
    expect(await Account.count()).toBe(3)
  })

  it("of a command within a command is a savepoint of the outer one", async () => {
    class PayTwice extends Command("PayTwice", { from: z.string() }) {}
    const account = await open()
    handlers.handle(Pay, async ({ from, amount }) => {
      const payer = await Account.require(from)
      await payer.update({ balance: payer.balance - amount })
      if (payer.balance < 0) throw new Error("not enough")
    })
    handlers.handle(PayTwice, async ({ from }) => {
      await handlers.execute(new Pay({ from, amount: 6 }))
      await handlers.execute(new Pay({ from, amount: 6 })).catch(() => undefined)
    })
    await handlers.execute(new PayTwice({ from: account.id }))
    expect((await Account.require(account.id)).balance).toBe(4)
  })
})

describe("retries", () => {
  const stale = () => new NitroError("NITRO_STALE_ENTITY", "out of date")

  it("try again what an outdated copy made fail, in a new unit of work each time", async () => {
    const attempts: number[] = []
    handlers.handle(
      Pay,
      async (_, context) => {
        attempts.push(context.attempt)
        await Account.create({ owner: `attempt ${context.attempt}`, balance: 0 })
        if (context.attempt < 3) throw stale()
        return "paid"
      },
      { retry: { attempts: 3, delayMs: 1 } },
    )
    await Account.deleteWhere({}, { all: true })
    expect(await handlers.execute(new Pay({ from: "a", amount: 1 }))).toBe("paid")
    expect(attempts).toEqual([1, 2, 3])
    expect((await Account.all()).map(({ owner }) => owner)).toEqual(["attempt 3"])
  })

  it.each([
    ["not by default", undefined, stale, 1],
    ["give up after the last attempt", 2, stale, 2],
    ["leave other errors alone", 5, () => new Error("no"), 1],
    [
      "try again after the codes they are given",
      { attempts: 3, delayMs: 0, codes: ["NITRO_MINE"] },
      () => new NitroError("NITRO_MINE", "no"),
      3,
    ],
  ])("%s", async (_, retry, failure, expected) => {
    let calls = 0
    const fail = () => {
      calls++
      throw failure()
    }
    handlers.handle(Pay, fail, retry === undefined ? {} : { retry })
    await expect(handlers.execute(new Pay({ from: "a", amount: 1 }))).rejects.toThrow()
    expect(calls).toBe(expected)
  })

  it("are left to the unit of work around", async () => {
    let calls = 0
    const fail = () => {
      calls++
      throw stale()
    }
    handlers.handle(Pay, fail, { retry: 4 })
    await expect(
      unitOfWork(() => handlers.execute(new Pay({ from: "a", amount: 1 }))),
    ).rejects.toEqual(code("NITRO_STALE_ENTITY"))
    expect(calls).toBe(1)
  })

  it("are left to the outermost command", async () => {
    class Outer extends Command("Outer", {}) {}
    let inner = 0
    let outer = 0
    const fail = () => {
      inner++
      throw stale()
    }
    handlers.handle(Pay, fail, { retry: { attempts: 4, delayMs: 0 } })
    handlers.handle(
      Outer,
      () => {
        outer++
        return handlers.execute(new Pay({ from: "a", amount: 1 }))
      },
      { retry: { attempts: 2, delayMs: 0 } },
    )
    await expect(handlers.execute(new Outer())).rejects.toEqual(code("NITRO_STALE_ENTITY"))
    expect([outer, inner]).toEqual([2, 2])
  })

  it("end when the signal aborts, and nothing begins after it", async () => {
    const abort = new AbortController()
    let calls = 0
    handlers.handle(
      Pay,
      () => {
        calls++
        abort.abort(new Error("left"))
        throw stale()
      },
      { retry: { attempts: 9, delayMs: 1 } },
    )
    const options = { signal: abort.signal }
    await expect(handlers.execute(new Pay({ from: "a", amount: 1 }), options)).rejects.toThrow(
      "left",
    )
    await expect(handlers.execute(new Pay({ from: "a", amount: 1 }), options)).rejects.toThrow(
      "left",
    )
    expect(calls).toBe(1)
  })
})

describe("rules and middleware", () => {
  it("refuses with 403 before the handler", async () => {
    let calls = 0
    handlers.handle(Pay, () => ++calls, {
      allow: async ({ amount }, { sender }) => amount < 100 || sender === "admin",
    })
    await expect(handlers.execute(new Pay({ from: "a", amount: 100 }))).rejects.toMatchObject({
      code: "NITRO_FORBIDDEN",
      status: 403,
    })
    await handlers.execute(new Pay({ from: "a", amount: 100 }), { sender: "admin" })
    expect(calls).toBe(1)
  })

  it("runs around everything or in each attempt, the first added outermost", async () => {
    const seen: string[] = []
    const layer =
      (name: string) =>
      async (_: object, { attempt }: { attempt: number }, next: () => Promise<unknown>) => {
        seen.push(`${name} ${attempt}`)
        const result = await next()
        seen.push(`${name} out`)
        return result
      }
    handlers.use(layer("a"))
    handlers.use(layer("b"))
    const off = handlers.use(layer("inner"), { inUnitOfWork: true })
    handlers.handle(
      Pay,
      (_, { attempt }) => {
        if (attempt === 1) throw new NitroError("NITRO_STORE_BUSY", "busy")
      },
      { retry: { attempts: 2, delayMs: 0 } },
    )
    await handlers.execute(new Pay({ from: "a", amount: 1 }))
    expect(seen).toEqual(["a 0", "b 0", "inner 1", "inner 2", "inner out", "b out", "a out"])
    off()
    seen.length = 0
    await handlers.execute(new Pay({ from: "a", amount: 1 })).catch(() => undefined)
    expect(seen.join()).not.toContain("inner")
  })

  describe.each([false, true])("in the unit of work: %s", inUnitOfWork => {
    const nextError = { code: "NITRO_CQRS_NEXT" }
    let calls = 0
    beforeEach(async () => {
      calls = 0
      await Account.deleteWhere({}, { all: true })
      handlers.handle(Pay, async () => {
        calls++
        await Account.create({ owner: `call ${calls}`, balance: 0 })
        return { balance: 7 }
      })
    })

    it.each([
      ["awaits both calls", async (next: () => Promise<unknown>) => [await next(), await next()]],
      ["drops the second call", async (next: () => Promise<unknown>) => [await next(), next()][0]],
      [
        "hides the error of the second call",
        (next: () => Promise<unknown>) => next().then(() => next().catch(() => "hidden")),
      ],
      ["calls it twice at once", (next: () => Promise<unknown>) => Promise.all([next(), next()])],
    ])("refuses a second call of next, where the middleware %s", async (_title, run) => {
      handlers.use(
        async function twice(_, __, next) {
          return run(next)
        },
        { inUnitOfWork },
      )
      const refused = handlers.execute(new Pay({ from: "a", amount: 1 }))
      await expect(refused).rejects.toMatchObject({
        ...nextError,
        message: "The middleware twice called next() twice for Pay.",
      })
      expect(calls).toBe(1)
      // Around everything the one call has been committed.
      if (inUnitOfWork) expect(await Account.count()).toBe(0)
    })

    it("refuses a call of next after its middleware has ended", async () => {
      let later = async (): Promise<unknown> => undefined
      handlers.use(
        async (_, __, next) => {
          later = next
          return { balance: 1 }
        },
        { inUnitOfWork },
      )
      expect(await handlers.execute(new Pay({ from: "a", amount: 1 }))).toEqual({ balance: 1 })
      await expect(later()).rejects.toMatchObject(nextError)
      expect(calls).toBe(0)
    })

    it("refuses middleware that neither goes on nor answers", async () => {
      handlers.use(async function forgot() {}, { inUnitOfWork })
      await expect(handlers.execute(new Pay({ from: "a", amount: 1 }))).rejects.toMatchObject({
        ...nextError,
        message: "The middleware forgot neither called next() nor returned a result for Pay.",
      })
      expect(calls).toBe(0)
    })

    it.each([
      [
        "awaits next and returns nothing",
        async (next: () => Promise<unknown>) => void (await next()),
      ],
      ["calls next and does not wait", (next: () => Promise<unknown>) => void next()],
    ])("gives the result of next, where the middleware %s", async (_title, run) => {
      handlers.use((_, __, next) => run(next), { inUnitOfWork })
      expect(await handlers.execute(new Pay({ from: "a", amount: 1 }))).toEqual({ balance: 7 })
      expect(await Account.count()).toBe(1)
    })

    it("may stop waiting for a handler that fails later", async () => {
      handlers.handle(Balance, async () => {
        await new Promise(resolve => setTimeout(resolve, 2))
        throw new Error("late")
      })
      handlers.use(async (_, __, next) => Promise.race([next(), Promise.resolve({ balance: 3 })]), {
        inUnitOfWork,
      })
      expect(await handlers.ask(new Balance({ of: "a" }))).toEqual({ balance: 3 })
      await new Promise(resolve => setTimeout(resolve, 5))
    })
  })

  it("may respond in the handler's place, and change its result", async () => {
    handlers.use(async (_, { kind }, next) =>
      kind === "query" ? { balance: ((await next()) as { balance: number }).balance * 2 } : next(),
    )
    handlers.handle(Balance, () => ({ balance: 21, secret: "not declared" }))
    expect(await handlers.ask(new Balance({ of: "a" }))).toEqual({ balance: 42 })
    handlers.use(async () => ({ balance: 0 }))
    expect(await handlers.ask(new Balance({ of: "a" }))).toEqual({ balance: 0 })
  })
})

describe("a set of handlers", () => {
  it("is put in force for a test, over awaits, and for what handlers send in turn", async () => {
    class Outer extends Command("Outer", {}) {}
    const fake = createHandlers({ base: handlers })
    handlers.handle(Pay, () => "real")
    handlers.handle(Outer, async () => {
      await new Promise(resolve => setTimeout(resolve, 1))
      return execute(new Pay({ from: "a", amount: 1 }))
    })
    fake.handle(Pay, () => "fake")
    expect(await handlers.execute(new Outer())).toBe("real")
    expect(await fake.execute(new Outer())).toBe("fake")
    expect(await withHandlers(fake, () => execute(new Outer()))).toBe("fake")
    expect(await Promise.all([fake.execute(new Outer()), handlers.execute(new Outer())])).toEqual([
      "fake",
      "real",
    ])
  })

  it("serves the functions of the module, which have a default of the process", async () => {
    expect(withHandlers(handlers, currentHandlers)).toBe(handlers)
    expect(currentHandlers()).not.toBe(handlers)
    await withHandlers(handlers, async () => {
      use(async (_, __, next) => `<${await next()}>`)
      const pay = handle(Pay, () => "paid")
      handle(Balance, () => ({ balance: 1 }))
      expect(await pay({ from: "a", amount: 1 })).toBe("<paid>")
    })
    using _ = handle(Balance, () => ({ balance: 7 }))
    expect(await ask(new Balance({ of: "a" }))).toEqual({ balance: 7 })
  })
})

it("is visible on diagnostics channels, failures and attempts too", async () => {
  const seen: unknown[] = []
  const listen = (message: unknown, channel: string | symbol) => {
    const { name, context, durationMs, error } = message as MessageReport
    seen.push([
      channel,
      name,
      context.attempt,
      durationMs === undefined ? "?" : durationMs >= 0,
      error,
    ])
  }
  const names = ["nitro:execute:start", "nitro:execute:end", "nitro:ask:end"]
  for (const name of names) subscribe(name, listen)
  const failure = new NitroError("NITRO_STORE_BUSY", "busy")
  handlers.handle(
    Pay,
    () => {
      throw failure
    },
    { retry: { attempts: 2, delayMs: 0 } },
  )
  handlers.handle(Balance, () => ({ balance: 1 }))
  await handlers.execute(new Pay({ from: "a", amount: 1 })).catch(() => undefined)
  await handlers.ask(new Balance({ of: "a" }))
  for (const name of names) unsubscribe(name, listen)
  expect(seen).toEqual([
    ["nitro:execute:start", "Pay", 0, "?", undefined],
    ["nitro:execute:end", "Pay", 2, true, failure],
    ["nitro:ask:end", "Balance", 1, true, undefined],
  ])
})
