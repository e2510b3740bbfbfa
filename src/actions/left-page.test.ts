// A page that leaves while a generator action answers it: the generator ends, its `finally` runs, and it makes nothing more.
import { expect, it } from "vitest"
import { z } from "zod"
import { nitro } from "../adapters/fetch.ts"
import { patchSignals } from "../datastar/index.ts"
import { Entity, memory } from "../entity/index.ts"
import { action } from "./index.ts"

it("ends the generator at its next yield", async () => {
  const seen: string[] = []
  let next = (): void => {}
  class Report extends Entity("LeftReport", { n: z.int().default(0) }) {
    static store = memory()
    static {
      action(this, "build")
    }
    async *build() {
      try {
        for (let step = 0; step < 5; step++) {
          seen.push(`step ${step}`)
          yield patchSignals({ step })
          await new Promise<void>(resolve => {
            next = resolve
          })
        }
      } finally {
        seen.push("closed")
      }
    }
  }
  await Report.create({ id: "a" })
  const app = nitro({ entities: [Report] })
  const headers = { "datastar-request": "true", "content-type": "application/json" }
  const response = await app(
    new Request("http://app.test/left-reports/a/build", { method: "POST", headers, body: "{}" }),
  )
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  const left = reader.cancel()
  next()
  await left
  for (let turn = 0; turn < 10; turn++) {
    next()
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  expect(seen.at(-1)).toBe("closed")
  expect(seen.length).toBeLessThan(4)
  await app.close()
})
