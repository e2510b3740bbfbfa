import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { storeSuite } from "../../testing/index.ts"
import type { OpenTransaction } from "../contract/repository.ts"
import { memory } from "./store.ts"

storeSuite({ describe, it, expect }, { name: "memory()", open: options => memory(options) })

const folder = mkdtempSync(join(tmpdir(), "nitro-memory-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
storeSuite(
  { describe, it, expect },
  {
    name: "memory({ file })",
    open: options => memory({ ...options, file: join(folder, `${files++}.json`) }),
  },
)

describe("a transaction of memory()", () => {
  it("begins at once while no other is open, and in turn otherwise", async () => {
    const store = memory()
    const first = store.begin?.() as OpenTransaction
    expect(first).not.toBeInstanceOf(Promise)
    const order: string[] = []
    const second = Promise.resolve(store.begin?.() as Promise<OpenTransaction>).then(
      transaction => {
        order.push("second")
        return transaction
      },
    )
    const savepoint = first.run(() => store.begin?.()) as OpenTransaction
    expect(savepoint).not.toBeInstanceOf(Promise)
    void savepoint.rollback()
    await new Promise(resolve => setImmediate(resolve))
    order.push("first ends")
    void first.commit()
    await (await second).commit()
    expect(order).toEqual(["first ends", "second"])
  })
})
