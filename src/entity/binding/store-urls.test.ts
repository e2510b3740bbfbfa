import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import "../../stores/sql/sqlite/store.ts"
import { Entity } from "../entity.ts"
import { memory } from "../memory/store.ts"
import { registerStoreUrl, storeFromUrl } from "./store-urls.ts"
import { configure, storeOf } from "./stores.ts"

class Note extends Entity("Note", { text: z.string() }) {}

afterEach(() => {
  delete process.env["NITRO_DATABASE_URL"]
  configure({ store: undefined })
})

describe("NITRO_DATABASE_URL", () => {
  it("names the app's default store", async () => {
    process.env["NITRO_DATABASE_URL"] = "sqlite::memory:"
    configure({ store: undefined })
    expect(storeOf(Note).name).toBe("sqlite(:memory:)")
    await Note.create({ text: "a" })
    expect(await Note.count()).toBe(1)
    await storeOf(Note).close()
  })

  it("gives way to configure and to the store of the class", () => {
    process.env["NITRO_DATABASE_URL"] = "sqlite::memory:"
    const store = memory()
    configure({ store: store })
    expect(storeOf(Note)).toBe(store)
    class Own extends Entity("Own", { text: z.string() }) {
      static store = store
    }
    configure({ store: undefined })
    expect(storeOf(Own)).toBe(store)
  })

  it("may be memory with a snapshot", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nitro-url-"))
    const file = join(folder, "notes.json")
    configure({ store: storeFromUrl(`memory:${file}`) })
    await Note.create({ text: "kept" })
    await storeOf(Note).close()
    expect(readFileSync(file, "utf8")).toContain("kept")
    rmSync(folder, { recursive: true })
  })

  it("says which import is missing, and repeats no password", () => {
    expect(() => storeFromUrl("nosuch://me:secret@host/db")).toThrowError(
      expect.objectContaining({ code: "NITRO_STORE_URL" }),
    )
    expect(() => storeFromUrl("nosuch://me:secret@host/db")).not.toThrowError(/secret/)
    expect(() => storeFromUrl("shop.db")).toThrowError(/no beginning/)
    registerStoreUrl("toy", () => memory())
    expect(storeFromUrl("toy:anything").name).toBe("memory()")
  })
})
