// The file under a store: where it lies, who else has it, and what survives the end of the process.
import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs"
import { relative, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { define } from "../testing/definitions.ts"
import { availableDrivers, openConnection, temporaryFolder } from "../testing/drivers.ts"
import { loadSqliteDriver, type SqliteConnection, type SqliteDriverName } from "./drivers/load.ts"
import { type SqliteStore, sqlite } from "./store.ts"

const folder = temporaryFolder()
afterAll(folder.remove)
const definition = define("Item", { n: "integer" })
const all = { orderBy: [] }

async function addOne(store: SqliteStore): Promise<void> {
  await store.bind(definition).write([{ op: "insert", row: ["a", 1] }])
  await store.close()
}

describe.each(availableDrivers)("a file on %s", driver => {
  const path = (name: string): string => folder.path(`${driver.replace(":", "-")}/${name}`)

  it("opens nothing before the first use", async () => {
    const store = sqlite({ file: path("lazy.db"), driver })
    const items = store.bind(definition)
    expect(existsSync(path("lazy.db"))).toBe(false)
    await items.count(all)
    expect(existsSync(path("lazy.db"))).toBe(true)
    await store.close()
  })

  it("closes what was never opened", async () => {
    const store = sqlite({ file: path("never.db"), driver })
    await store.close()
    expect(existsSync(path("never.db"))).toBe(false)
  })

  it("is found again by the next store, by URL and by relative path", async () => {
    await addOne(sqlite({ file: path("deep/er/shop.db"), driver }))
    for (const file of [
      pathToFileURL(path("deep/er/shop.db")),
      relative(process.cwd(), path("deep/er/shop.db")),
    ]) {
      const store = sqlite({ file, driver })
      expect(await store.bind(definition).get("a")).toEqual(["a", 1])
      await store.close()
    }
  })

  it("has everything in one file when it was closed", async () => {
    await addOne(sqlite({ file: path("single.db"), driver }))
    copyFileSync(path("single.db"), path("copy.db"))
    const store = sqlite({ file: path("copy.db"), driver })
    expect(await store.bind(definition).get("a")).toEqual(["a", 1])
    await store.close()
  })

  it("says why it cannot be opened", async () => {
    mkdirSync(path("folder.db"), { recursive: true })
    writeFileSync(
      path("text.db"),
      "This is no database, but a text that is long enough to be looked at. ".repeat(20),
    )
    writeFileSync(path("file"), "")
    const cases: [file: string, words: string][] = [
      [path("folder.db"), "it is a folder"],
      [path("text.db"), "not a database"],
      [path("file/below.db"), "file"],
      ["/proc/none.db", "open"],
    ]
    for (const [file, words] of cases) {
      const store = sqlite({ file, driver })
      const items = store.bind(definition)
      const error = await failure(() => items.count(all))
      expect(error).toMatchObject({ code: "NITRO_STORE_UNAVAILABLE", status: 503 })
      expect(error.message).toContain(words)
      // A second use tries again, and throws the same.
      expect(await failure(() => items.count(all))).toMatchObject({
        code: "NITRO_STORE_UNAVAILABLE",
      })
      await store.close()
    }
    expect(readFileSync(path("text.db"), "utf8")).toContain("This is no database")
  })

  it.skipIf(process.getuid?.() === 0)("says that it may not write", async () => {
    await addOne(sqlite({ file: path("readonly.db"), driver }))
    chmodSync(path("readonly.db"), 0o444)
    const store = sqlite({ file: path("readonly.db"), driver })
    expect(await failure(() => addOne(store))).toMatchObject({ code: "NITRO_STORE_UNAVAILABLE" })
  })

  it("takes a connection that the app opened, and leaves it open", async () => {
    const connection = openConnection(driver, path("own.db"))
    connection.exec("create table things (x)")
    const store = sqlite({ driver: connection })
    expect(store.name).toBe("sqlite(connection)")
    await addOne(store)
    const inUse = connection.prepare("select count(*) from items") as {
      all: (...parameters: never[]) => unknown[]
    }
    expect(inUse.all()).toHaveLength(1)
    connection.close()
  })

  it("keeps every acknowledged write when the process is killed", { timeout: 60_000 }, async () => {
    const file = path("killed.db")
    for (let round = 0; round < 3; round++) {
      const acknowledged = await writeUntilKilled(file, driver, round)
      expect(acknowledged.length).toBeGreaterThan(50)
      const store = sqlite({ file, driver })
      const items = store.bind(definition)
      for (const id of acknowledged) expect(await items.get(id)).toBeDefined()
      // Both halves of a transaction or neither.
      const [left, right] = await Promise.all(
        ["left", "right"].map(async side =>
          items.count({ where: { op: "startsWith", field: "id", value: side }, orderBy: [] }),
        ),
      )
      expect(left).toBe(right)
      await store.close()
    }
  })
})

describe("options", () => {
  it.each(["", "a\0b.db", undefined])("refuses the path %j", file => {
    expect(() => sqlite({ file } as { file: string })).toThrow(
      expect.objectContaining({ code: "NITRO_STORE_UNAVAILABLE" }),
    )
  })

  it("never says where the file lies in the store's name", () => {
    expect(sqlite("/srv/secret-customer/shop.db").name).toBe("sqlite(shop.db)")
    expect(sqlite(":memory:")).toMatchObject({
      name: "sqlite(:memory:)",
      capabilities: { durable: false },
    })
  })

  it("keeps its file when the working directory changes", () => {
    const before = process.cwd()
    const store = sqlite(relative(before, folder.path("stay.db")))
    try {
      process.chdir("/")
      const items = store.bind(definition)
      expect(items.count(all)).toBe(0)
      expect(existsSync(resolve(folder.path("stay.db")))).toBe(true)
    } finally {
      process.chdir(before)
    }
  })

  it("prints the command that installs a missing driver", async () => {
    expect(() => loadSqliteDriver("oracle" as SqliteDriverName)).toThrow("oracle")
    for (const name of ["better-sqlite3", "libsql", "node:sqlite"] as const) {
      if (availableDrivers.includes(name)) continue
      const error = await failure(() =>
        sqlite({ file: ":memory:", driver: name }).bind(definition).count(all),
      )
      expect(error).toMatchObject({ code: "NITRO_DRIVER_MISSING" })
      expect(error.message).toContain("npm install")
    }
    const wrong = await failure(() =>
      sqlite({ driver: {} as SqliteConnection })
        .bind(definition)
        .count(all),
    )
    expect(wrong).toMatchObject({ code: "NITRO_DRIVER_MISSING" })
  })
})

/** Ids that the child had written when it was killed with SIGKILL in the middle of its writes. */
async function writeUntilKilled(
  file: string,
  driver: SqliteDriverName,
  round: number,
): Promise<string[]> {
  const script = fileURLToPath(new URL("../testing/write-forever.ts", import.meta.url))
  const notes = `${file}.${round}.notes`
  const child = spawn(
    process.execPath,
    ["--import", "tsx", script, file, notes, driver, String(round)],
    { stdio: "inherit" },
  )
  const exit = once(child, "exit")
  const noted = (): string[] =>
    existsSync(notes) ? readFileSync(notes, "utf8").split("\n").slice(0, -1) : []
  while (noted().length < 100 && child.exitCode === null) await sleep(2)
  child.kill("SIGKILL")
  expect(await exit).toEqual([null, "SIGKILL"])
  return noted()
}

async function failure(work: () => unknown): Promise<Error> {
  try {
    await work()
  } catch (error) {
    return error as Error
  }
  throw new Error("It was expected to fail.")
}
