// Effects that only a separate process shows: garbage collection, and emissions before any is tracked.
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import { createEvents } from "./index.ts"

const door = new URL("./index.ts", import.meta.url).href

async function runWithGc(body: string): Promise<unknown> {
  const script = `
    import { createEvents } from ${JSON.stringify(door)}
    const collect = async () => { for (let i = 0; i < 5; i++) { globalThis.gc(); await new Promise(resolve => setTimeout(resolve, 10)) } }
    const heapMb = async () => { await collect(); return process.memoryUsage().heapUsed / 2 ** 20 }
    const result = await (async () => { ${body} })()
    process.stdout.write(JSON.stringify(result))`
  const cwd = fileURLToPath(new URL("../..", import.meta.url))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", "--import", "tsx", "--input-type=module", "-e", script],
    {
      cwd,
    },
  )
  return JSON.parse(stdout)
}

it("calls weak handlers as long as they are held", () => {
  const { on, emitSync, listeners } = createEvents()
  const heard: string[] = []
  const handler = () => heard.push("held")
  const owner = {}
  on("e", handler, { weak: true })
  const off = on("e", () => heard.push("owned"), { weak: owner })
  expect(listeners("e").every(({ weak }) => weak)).toBe(true)
  emitSync("e")
  off()
  emitSync("e")
  expect(heard).toEqual(["held", "owned", "held"])
})

it("releases a weak handler and its subscription when nothing else holds it", async () => {
  const result = await runWithGc(`
    const { on, emitSync, listeners } = createEvents()
    let calls = 0
    let handler = () => { calls++ }
    const released = new WeakRef(handler)
    on("e", handler, { weak: true })
    on("e.*", () => {})
    await collect()
    emitSync("e")
    const before = listeners("e").length
    handler = undefined
    await collect()
    emitSync("e")
    return { before, calls, after: listeners("e").length, released: released.deref() === undefined }`)
  expect(result).toEqual({ before: 1, calls: 1, after: 0, released: true })
})

it("releases an owner that its own handler mentions, with the handler, also after emissions and on patterns", async () => {
  const result = await runWithGc(`
    const { on, emitSync, hasListeners } = createEvents()
    let calls = 0
    const make = () => { const owner = { big: new Array(1000).fill(0) }; on("a.*", () => { calls += owner.big.length }, { weak: owner }); return owner }
    let owner = make()
    const released = new WeakRef(owner)
    await collect()
    emitSync("a.b")
    const before = calls
    owner = undefined
    await collect()
    emitSync("a.b")
    return { before, calls, has: hasListeners("a.b"), released: released.deref() === undefined }`)
  expect(result).toEqual({ before: 1000, calls: 1000, has: false, released: true })
})

it("drops a subscription whose sender is gone, since it can never be called again", async () => {
  const result = await runWithGc(`
    const { on, hasListeners } = createEvents()
    let sender = {}
    on("e", () => {}, { sender })
    await collect()
    const before = hasListeners("e")
    sender = undefined
    await collect()
    return { before, after: hasListeners("e") }`)
  expect(result).toEqual({ before: true, after: false })
})

it("grows by nothing over a million subscriptions that ended, names and patterns made from data, and signals that live on", {
  timeout: 120_000,
}, async () => {
  const result = (await runWithGc(`
    const { on, emitSync } = createEvents()
    const controller = new AbortController()
    const round = n => {
      for (let i = 0; i < n; i++) {
        on("e", () => {})()
        on("room." + i, () => {})()
        on("room." + i + ".*", () => {})()
        on("e", () => {}, { signal: controller.signal })()
        emitSync("visit." + i)
      }
    }
    round(20_000)
    const before = await heapMb()
    round(250_000)
    return { grownMb: await heapMb() - before }`)) as { grownMb: number }
  expect(result.grownMb).toBeLessThan(4)
})

it("knows causes within a turn before anything is followed over awaits, and over awaits once a handler declares the context", async () => {
  const result = (await runWithGc(`
    const { currentContext } = await import(${JSON.stringify(door)})
    const { on, emit, emitSync } = createEvents()
    const seen = {}
    on("a", payload => emitSync("b", payload))
    on("b", payload => { seen.inTurn = currentContext().causationId !== undefined })
    emitSync("a", 1)
    on("c", async payload => { await null; await emit("d", payload) })
    on("d", (payload, ctx) => { seen.overAwait = ctx.causationId !== undefined })
    await emit("c", 1)
    seen.outside = currentContext() === undefined
    return seen`)) as object
  expect(result).toEqual({ inTurn: true, overAwait: true, outside: true })
})

it("leaves promises alone as long as every handler declares only its payload", async () => {
  const result = await runWithGc(`
    const { executionAsyncId } = await import("node:async_hooks")
    const { on, emit, emitSync } = createEvents()
    on("a", async payload => payload)
    on("a", payload => {})
    await emit("a", 1)
    emitSync("a", 1)
    // With hooks on promises every turn has a new id; without them it stays that of the script.
    const ids = new Set()
    for (let i = 0; i < 5; i++) { await null; ids.add(executionAsyncId()) }
    const before = ids.size
    on("a", (payload, ctx) => {})
    await emit("a", 1)
    ids.clear()
    for (let i = 0; i < 5; i++) { await null; ids.add(executionAsyncId()) }
    return { before, after: ids.size }`)
  const { before, after } = result as { before: number; after: number }
  expect(before).toBe(1)
  // From Node 24 on following needs no hooks, so nothing changes there.
  expect(Number(process.versions.node.split(".")[0]) < 24 ? after : 5).toBe(5)
})

it("stops a loop that runs through awaits although nothing was followed when it began", {
  timeout: 60_000,
}, async () => {
  const result = (await runWithGc(`
    const failures = []
    const { on, emit } = createEvents({ onError: ({ error }) => failures.push(error.code) })
    let calls = 0
    on("deep", async payload => { calls++; await null; await emit("deep", payload) })
    await emit("deep", 1)
    const deep = calls
    on("wide", async payload => { calls++; await null; await Promise.all([emit("wide", payload), emit("wide", payload)]) })
    await emit("wide", 1)
    return { deep, calls, failures }`)) as { deep: number; calls: number; failures: string[] }
  expect(result.deep).toBeLessThan(1_200)
  expect(result.calls).toBeLessThan(120_000)
  expect(result.failures).toEqual(["NITRO_EVENT_LOOP", "NITRO_EVENT_LOOP"])
})
