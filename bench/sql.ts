// Entities in SQL against the raw drivers with a mapping written by hand, and against other libraries; entities in memory
// against the clock. @mikro-orm/libsql and the like are not measured: none of its drivers runs on libsql's own interface.
import { Entity, memory } from "nitro-ts/entity"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"
import { postgresMissing, type TestDatabase, testDatabase } from "../test/support/postgres.ts"
import { bench, type Comparison, type Contender, type Rival } from "./harness.ts"
import { entities } from "./support/entities.ts"
import { bulk, idAt, rows, type Side } from "./support/products.ts"

interface Case {
  readonly name: string
  readonly sqlite?: number
  readonly postgres?: number
  readonly run: (side: Side, i: number) => unknown
}

// A price that no product has had: rounds begin again from 0, and a save that changes nothing would write nothing.
let newPrice = 10_000

const cases: readonly Case[] = [
  { name: "get", sqlite: 1.35, postgres: 1.15, run: (side, i) => side.get(idAt(i)) },
  { name: "insert", sqlite: 1.2, postgres: 1.2, run: (side, i) => side.insert(i) },
  {
    name: "load, change, save",
    sqlite: 1.2,
    postgres: 1.15,
    run: (side, i) => side.update(idAt(i), newPrice++),
  },
  { name: "insert, delete", run: (side, i) => side.remove(i) },
  { name: "list 100", sqlite: 1.15, postgres: 1, run: (side, i) => side.list((i * 37) % 9000) },
  { name: "eager 100", sqlite: 1.25, postgres: 0.9, run: (side, i) => side.eager((i * 37) % 9000) },
  { name: "count", sqlite: 1.1, run: side => side.count() },
  {
    name: "1000 inserts in a transaction",
    sqlite: 1.25,
    postgres: 1,
    run: (side, i) => side.insertMany(i),
  },
]

/** Opens its database in the process that measures it, and loads no other library there. */
const sqliteSides: Readonly<Record<string, () => Side | Promise<Side>>> = {
  "raw libsql": async () => (await import("./rivals/sql-raw.ts")).rawSqlite(),
  kysely: async () => (await import("./rivals/sql-kysely.ts")).kyselySqlite(),
  drizzle: async () => (await import("./rivals/sql-drizzle.ts")).drizzleSqlite(false),
  "drizzle prepared": async () => (await import("./rivals/sql-drizzle.ts")).drizzleSqlite(true),
  typeorm: async () => (await import("./rivals/sql-typeorm.ts")).typeormSqlite(),
  remult: async () => (await import("./rivals/sql-remult.ts")).remultSqlite(),
}

function contender(name: string, open: () => Side | Promise<Side>, run: Case["run"]): Contender {
  let side: Side
  return {
    name,
    async setup() {
      side = await open()
    },
    run: i => run(side, i),
    close: () => side.close(),
  }
}

/** A side in a database of its own, which is removed at the end. */
function inPostgres(
  name: string,
  open: (url: string) => Side | Promise<Side>,
  run: Case["run"],
): Contender {
  let database: TestDatabase
  const opened = async (): Promise<Side> => {
    database = await testDatabase()
    return await open(database.url)
  }
  const measured = contender(name, opened, run)
  return {
    ...measured,
    async close() {
      await measured.close?.()
      await database.remove()
    },
  }
}

const goal = (max: number | undefined): Pick<Rival, "goal"> =>
  max === undefined ? {} : { goal: { max } }

const onSqlite = cases.map(
  ({ name, sqlite: max, run }): Comparison => ({
    case: `SQLite ${name}`,
    ours: contender(
      "entity",
      () => entities(sqlite({ file: ":memory:", driver: "libsql", schema: "sync" })),
      run,
    ),
    rivals: Object.entries(sqliteSides).map(([rival, open]) => ({
      ...contender(rival, open, run),
      ...(rival === "raw libsql" ? goal(max) : {}),
    })),
  }),
)

/** What the client spends; the server's share is the same for both. */
const onPostgres = cases.map(({ name, postgres: max, run }): Comparison => {
  const raw = async (url: string): Promise<Side> =>
    (await import("./rivals/sql-raw-postgres.ts")).rawPostgres(url)
  return {
    case: `Postgres ${name}`,
    ours: inPostgres(
      "entity",
      url => entities(postgres({ url, driver: "pg", max: 4, schema: "sync" })),
      run,
    ),
    rivals: [{ ...inPostgres("raw pg", raw, run), ...goal(max) }],
  }
})

/** `limit` microseconds as a rival. */
const clock = (limit: number): Rival => ({
  name: `${limit} us`,
  measure: async () => limit,
  goal: { max: 1 },
})

function inMemory(): readonly Comparison[] {
  class Item extends Entity("Item", { group: z.int(), name: z.string() }, { index: ["group"] }) {
    static store = memory()
  }
  const many = 100_000
  const fill = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at += bulk)
      await Item.createMany(
        Array.from({ length: bulk }, (_, n) => ({
          id: `item${at + n}`,
          group: (at + n) % 20_000,
          name: "Item",
        })),
      )
  }
  return [
    {
      case: `memory get, of ${rows} rows`,
      ours: {
        name: "entity",
        setup: () => fill(rows),
        run: i => Item.get(`item${(i * 7919) % rows}`),
      },
      rivals: [clock(1)],
    },
    {
      case: `memory where, 5 of ${many} rows by an index`,
      ours: {
        name: "entity",
        setup: () => fill(many),
        run: async i => await Item.where({ group: (i * 7919) % 20_000 }),
      },
      rivals: [clock(20)],
    },
  ]
}

if (postgresMissing !== undefined) console.error(`Postgres is left out: ${postgresMissing}`)
await bench(
  "sql",
  [...onSqlite, ...(postgresMissing === undefined ? onPostgres : []), ...inMemory()],
  {
    isolate: true,
    rounds: 9,
    roundMs: 60,
    warmupMs: 1500,
    collect: false,
  },
)
