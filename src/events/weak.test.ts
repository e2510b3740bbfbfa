// What the garbage collector frees can only be seen in a process of its own that may call it.
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
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "--import", "tsx", "--input-type=module", "-e", script], {
    cwd,
  })
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
