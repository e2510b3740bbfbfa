// The check at start inside of one process: what it waits for, what it tries again, and when it ends the program.
import { Entity, memory, ref } from "nitro-ts/entity"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { NitroError } from "../shared/errors.ts"
import { appsReady, ready, Start } from "./start.ts"

/** A store that responds to reads as `find` says. */
function storeThat(find: () => unknown): ReturnType<typeof memory> {
  const inner = memory()
  const { name, capabilities, encoding } = inner
  return Object.assign(Object.create(inner), {
    name,
    capabilities,
    encoding,
    bind(definition: Parameters<typeof inner.bind>[0]) {
      const repository = inner.bind(definition)
      return Object.assign(Object.create(repository), {
        async find(...args: Parameters<typeof repository.find>) {
          await find()
          return repository.find(...args)
        },
      })
    },
  })
}

let classes = 0
/** A class of a name of its own, in a store that counts the checks and fails as long as `error` says. */
function note(error?: (check: number) => unknown) {
  const checks = { count: 0 }
  const store = storeThat(() => {
    checks.count += 1
    const failure = error?.(checks.count)
    if (failure !== undefined) throw failure
  })
  const base = Entity(`StartNote${classes++}`, { text: z.string() })
  const entity = class extends base {
    static store = store
  }
  Object.defineProperty(entity, "name", { value: base.definition.name })
  return { entity, checks }
}
const fault = (message: string) => () => new NitroError("NITRO_STORE_UNAVAILABLE", message)

const exit = vi.spyOn(process, "exit")
const print = vi.spyOn(console, "error")
const warn = vi.spyOn(process, "emitWarning")
let open: Start[] = []
const started = (...entities: ReturnType<typeof note>["entity"][]): Start => {
  const start = new Start(entities)
  open.push(start)
  return start
}
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

beforeEach(() => {
  vi.stubEnv("NODE_ENV", "production")
  for (const spy of [exit, print, warn]) {
    spy.mockReset()
    spy.mockImplementation(() => undefined as never)
  }
})
afterEach(() => {
  for (const start of open) start.end()
  open = []
  vi.unstubAllEnvs()
})

describe("an app that cannot respond", () => {
  it("rejects `ready` with its one fault, and leaves the rest to the program", async () => {
    const { entity } = note(fault("No table."))
    const start = started(entity)
    await expect(start.ready).rejects.toMatchObject({
      code: "NITRO_STORE_UNAVAILABLE",
      message: "No table.",
    })
    await start.pending
    await wait(20)
    expect(exit).not.toHaveBeenCalled()
    expect(print).not.toHaveBeenCalled()
  })

  it("names all faults at once, each once, with what to do", async () => {
    const first = note(() => new NitroError("NITRO_STORE_UNAVAILABLE", "One.", { fix: "Do it." }))
    const second = note(
      () => new NitroError("NITRO_STORE_UNAVAILABLE", "Two. Do it.", { fix: "Do it." }),
    )
    const third = note(() => "three")
    const bare = note(() => new Error("Four."))
    const same = note(() => "three")
    const failure = await started(
      first.entity,
      second.entity,
      third.entity,
      same.entity,
      bare.entity,
    ).ready.then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      code: "NITRO_START",
      message:
        "4 faults keep the application from starting:\n- One. Do it.\n- Two. Do it.\n- three\n- Four.",
      cause: { message: "One." },
      details: { entities: [first, second, third, same, bare].map(({ entity }) => entity.name) },
    })
  })

  it("rejects with the error itself where all faults are one", async () => {
    const faults = [note(fault("Gone.")), note(fault("Gone."))]
    await expect(started(...faults.map(({ entity }) => entity)).ready).rejects.toMatchObject({
      code: "NITRO_STORE_UNAVAILABLE",
    })
  })

  it("ends the process after a request has waited in vain, once", async () => {
    const { entity, checks } = note(fault("No table."))
    const start = started(entity)
    const waiting = [start.pending, start.pending]
    expect(waiting[0]).toBeInstanceOf(Promise)
    await Promise.all(waiting)
    expect(exit.mock.calls).toEqual([[1]])
    expect(print.mock.calls).toEqual([
      [
        expect.stringContaining("does not start"),
        expect.objectContaining({ message: "No table." }),
      ],
    ])
    expect(start.pending).toBeUndefined()
    // That was the end: it is not checked any more.
    const { count } = checks
    await wait(600)
    expect([checks.count, exit.mock.calls.length]).toEqual([count, 1])
  })

  it("has time for its migrations, and then ends a process that awaits nothing", async () => {
    const { entity, checks } = note(fault("No table."))
    const began = Date.now()
    started(entity)
    await wait(2500)
    expect(exit).not.toHaveBeenCalled()
    expect(checks.count).toBeGreaterThan(3)
    expect(checks.count).toBeLessThan(14)
    await expect.poll(() => exit.mock.calls.length, { timeout: 20_000 }).toBe(1)
    expect(Date.now() - began).toBeGreaterThan(4900)
    const { count } = checks
    await wait(600)
    expect([exit.mock.calls.length, checks.count]).toEqual([1, count])
  })

  it("goes on once a later check passes", async () => {
    const { entity, checks } = note(check => (check < 3 ? "not yet" : undefined))
    const start = started(entity)
    await expect.poll(() => checks.count).toBe(3)
    await expect.poll(() => start.pending).toBeUndefined()
    await wait(600)
    expect([checks.count, exit.mock.calls.length]).toEqual([3, 0])
  })

  it("is checked again by the next `ready`", async () => {
    const { entity, checks } = note(check => (check === 1 ? "not yet" : undefined))
    const start = started(entity)
    await expect(start.ready).rejects.toBe("not yet")
    await start.ready
    await start.ready
    expect([checks.count, start.pending]).toEqual([2, undefined])
  })

  it("is no longer checked unasked once the program awaits it", async () => {
    const { entity, checks } = note(fault("No table."))
    await started(entity).ready.catch(() => {})
    await wait(700)
    expect(checks.count).toBe(1)
  })
})

describe("an app that can", () => {
  it("is checked once for everything that waits", async () => {
    const { entity, checks } = note()
    const start = started(entity)
    await Promise.all([start.ready, start.pending, start.ready, appsReady()])
    await wait(20)
    expect([checks.count, start.pending]).toEqual([1, undefined])
  })

  it("is checked without being asked, after the stores had time to be configured", async () => {
    const { entity, checks } = note()
    started(entity)
    expect(checks.count).toBe(0)
    await expect.poll(() => checks.count).toBe(1)
  })

  it("is not checked once it is closed", async () => {
    const { entity, checks } = note(fault("No table."))
    const start = started(entity)
    start.end()
    await wait(20)
    await start.ready
    await appsReady()
    expect([checks.count, start.pending]).toEqual([0, undefined])
  })
})

describe("ready()", () => {
  it("checks the classes, and every app that was made", async () => {
    const mine = note()
    const app = note()
    started(app.entity)
    await ready(mine.entity)
    expect([mine.checks.count, app.checks.count]).toEqual([1, 1])
    const broken = note(fault("Gone."))
    await expect(ready(broken.entity)).rejects.toMatchObject({ message: "Gone." })
    started(broken.entity)
    await expect(ready()).rejects.toMatchObject({ message: "Gone." })
  })

  it.each([
    [null, "null"],
    [5, "a number"],
    [{}, "a object"],
  ])("refuses %s", async (value, what) => {
    await expect(ready(value as never)).rejects.toMatchObject({
      code: "NITRO_START",
      message: expect.stringContaining(what),
    })
  })

  it("reports a declaration once, even where its class is given too", async () => {
    const base = Entity("StartLost", { otherId: ref("StartNowhere") })
    class StartLost extends base {
      static store = memory()
    }
    const failure = await ready(StartLost).catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: expect.stringContaining("StartNowhere") })
    expect(failure).not.toMatchObject({ code: "NITRO_START" })
  })
})

describe("in development", () => {
  beforeEach(() => vi.stubEnv("NODE_ENV", "development"))

  it("faults are warnings, and the app goes on", async () => {
    const coded = note(
      () => new NitroError("NITRO_STORE_UNAVAILABLE", "No table.", { fix: "Migrate." }),
    )
    const plain = note(() => new Error("plain"))
    const text = note(() => "text")
    const nothing = note(() => null)
    const start = started(coded.entity, plain.entity, text.entity, nothing.entity)
    await start.ready
    expect(start.pending).toBeUndefined()
    expect(
      warn.mock.calls.map(([message, options]) => [
        String(message).trim(),
        (options as { code: string }).code,
      ]),
    ).toEqual([
      [`${coded.entity.name} does not work: No table. Migrate.`, "NITRO_STORE_UNAVAILABLE"],
      [`${plain.entity.name} does not work: plain`, "NITRO_START"],
      [`${text.entity.name} does not work: text`, "NITRO_START"],
      [`${nothing.entity.name} does not work: null`, "NITRO_START"],
    ])
    expect(exit).not.toHaveBeenCalled()
  })
})

it("a store that never responds is a fault after half a minute", async () => {
  const realTimeout = globalThis.setTimeout
  const cleared = vi.spyOn(globalThis, "clearTimeout")
  const timers = vi
    .spyOn(globalThis, "setTimeout")
    .mockImplementation(((fn: () => void, ms: number) => realTimeout(fn, ms / 1000)) as never)
  try {
    const silent = note(() => undefined)
    Object.assign(silent.entity, { store: storeThat(() => new Promise(() => {})) })
    await expect(started(silent.entity).ready).rejects.toMatchObject({
      code: "NITRO_START",
      message: expect.stringContaining("30 seconds"),
    })
    expect(timers.mock.calls.map(([, ms]) => ms)).toContain(30_000)
    cleared.mockClear()
    await started(note().entity).ready
    expect(cleared).toHaveBeenCalled()
  } finally {
    timers.mockRestore()
    cleared.mockRestore()
  }
})
