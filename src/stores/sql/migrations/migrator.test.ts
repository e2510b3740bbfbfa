// Plan, create, up, down, status, check, baseline: on every database, the happy way and all others.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { inTransaction, memory } from "../../../entity/index.ts"
import type { EntityDefinition, Store } from "../../../entity/store.ts"
import { type DefineOptions, define, type FieldSpec } from "../testing/definitions.ts"
import { createMigrator, type Migrator } from "./migrator.ts"
import { all, databases, exec, newFolder } from "./testing/databases.ts"

type Fields = Record<string, FieldSpec | FieldSpec["type"]>
const product = (fields: Fields = {}, options: DefineOptions = {}): EntityDefinition =>
  define("Product", { name: "string", ...fields }, { table: "products", ...options })
const nullable = (type: FieldSpec["type"]): FieldSpec => ({ type, nullable: true })

describe.each(databases)("on $name", database => {
  async function project(...entities: EntityDefinition[]) {
    const store = await database.open()
    const folder = newFolder()
    const use = (...now: EntityDefinition[]): Migrator =>
      createMigrator({ store, folder, entities: now, lockTimeoutMs: 300 })
    return { store, folder, use, migrator: use(...entities) }
  }
  const insert = (store: Store, id: string, name = id) =>
    exec(store, `insert into products (id, name) values ('${id}', '${name}')`)
  const ids = async (store: Store) =>
    (await all(store, "select id from products order by id")).flat()

  it("plans without changing anything, creates files to review, applies them and takes them back", async () => {
    const { store, folder, migrator } = await project(product())
    const plan = await migrator.plan()
    expect(plan.up.map(step => step.sentence)).toEqual(['Creates the table "products".'])
    expect(plan.down).toMatchObject([
      { destructive: true, sentence: 'Drops the table "products" with all of its rows.' },
    ])
    expect(existsSync(folder)).toBe(false)
    const created = await migrator.create({
      name: "Create products!",
      now: new Date("2026-01-02T03:04:05Z"),
    })
    expect(created.name).toBe("20260102030405_create_products")
    expect(readdirSync(folder).sort()).toEqual([
      "20260102030405_create_products.json",
      "20260102030405_create_products.sql",
    ])
    expect(readFileSync(created.files[0] as string, "utf8")).toMatch(
      /-- up\n\n-- Creates the table "products"\.\ncreate table "products" \([\s\S]*-- down\n\n-- destructive: Drops/,
    )
    expect(await migrator.status()).toEqual({
      dialect: database.dialect,
      migrations: [{ name: created.name, state: "pending" }],
      pending: 1,
    })
    expect(await migrator.up({ dryRun: true })).toMatchObject({
      migrations: [{ name: created.name }],
    })
    expect((await migrator.status()).pending).toBe(1)
    const ran = await migrator.up()
    expect(ran).toMatchObject({
      direction: "up",
      migrations: [{ name: created.name }],
      losses: [],
      warnings: [],
    })
    expect(JSON.parse(JSON.stringify(ran))).toEqual(ran)
    await insert(store, "a")
    expect((await migrator.status()).migrations).toEqual([
      { name: created.name, state: "applied", appliedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ])
    expect(await migrator.check()).toMatchObject({ ok: true, problems: [], unmanagedTables: [] })
    expect(await migrator.up()).toMatchObject({ migrations: [] })
    expect(await migrator.create()).toMatchObject({ name: undefined, files: [] })
    await migrator.down({ yes: true })
    expect(await migrator.check()).toMatchObject({ ok: false, pending: [created.name] })
    expect(await migrator.down()).toMatchObject({ migrations: [] })
  })

  it("loses no data without consent, up or down, and requests it before anything runs", async () => {
    const { store, use, migrator } = await project(product({ note: nullable("string") }))
    await migrator.create()
    await migrator.up()
    await insert(store, "a")
    const next = use(product({ size: nullable("integer") }))
    const { name } = await next.create()
    const refusal = {
      code: "NITRO_MIGRATION_CONSENT",
      details: {
        steps: [
          { migration: name, sentence: 'Drops the column "note" of "products" with its values.' },
        ],
      },
    }
    await expect(next.up()).rejects.toMatchObject(refusal)
    const asked: unknown[] = []
    const response = (reply: boolean) => (losses: unknown) => {
      asked.push(losses)
      return reply
    }
    await expect(next.up({ confirm: response(false) })).rejects.toMatchObject(refusal)
    expect((await next.status()).pending).toBe(1)
    expect((await next.up({ confirm: response(true) })).migrations).toHaveLength(1)
    expect(asked).toHaveLength(2)
    await expect(next.down()).rejects.toMatchObject({ code: "NITRO_MIGRATION_CONSENT" })
    await next.down({ yes: true })
    expect(await ids(store)).toEqual(["a"])
  })

  it("sees the loss in SQL that was written by hand", async () => {
    const { store, use, migrator } = await project(product())
    await migrator.create()
    await migrator.up()
    await insert(store, "a")
    const { files } = await use(product()).create({ name: "clean", empty: true })
    for (const sql of [
      "delete from products",
      "DROP TABLE products",
      'alter table "products"\ndrop column name',
    ]) {
      writeFileSync(files[0] as string, `-- up\n${sql};\n`)
      await expect(migrator.up(), sql).rejects.toMatchObject({ code: "NITRO_MIGRATION_CONSENT" })
    }
    writeFileSync(
      files[0] as string,
      "-- up\ninsert into products (id, name) values ('b', 'delete from products; drop table products');\n",
    )
    await migrator.up()
    expect(await ids(store)).toEqual(["a", "b"])
    await expect(migrator.down()).rejects.toMatchObject({ code: "NITRO_MIGRATION_IRREVERSIBLE" })
  })

  it("keeps nothing of a migration that fails, and goes on when it is corrected", async () => {
    const { store, use, migrator } = await project(product())
    await migrator.create()
    await migrator.up()
    const first = await use(product({ size: nullable("integer") })).create({ name: "size" })
    const second = await use(
      product({ size: nullable("integer"), color: nullable("string") }),
    ).create({ name: "color" })
    const [file] = second.files as [string]
    const text = readFileSync(file, "utf8")
    writeFileSync(
      file,
      text.replace(
        "-- down",
        "insert into products (id, name) values ('x', 'x');\ninsert into nowhere values (1);\n-- down",
      ),
    )
    const line =
      readFileSync(file, "utf8").split("\n").indexOf("insert into nowhere values (1);") + 1
    await expect(migrator.up()).rejects.toMatchObject({
      code: "NITRO_MIGRATION_FAILED",
      message: expect.stringContaining(`${file}:${line}`),
      details: { migration: second.name, line, statement: "insert into nowhere values (1)" },
    })
    expect(await ids(store)).toEqual([])
    expect((await migrator.status()).migrations.map(({ state }) => state)).toEqual([
      "applied",
      "applied",
      "pending",
    ])
    expect(first.name).toBeDefined()
    // The connection and its foreign keys are as before.
    await insert(store, "a")
    writeFileSync(file, text)
    expect((await migrator.up()).migrations.map(({ name }) => name)).toEqual([second.name])
    expect(
      await use(product({ size: nullable("integer"), color: nullable("string") })).check(),
    ).toMatchObject({ ok: true })
  })

  it("refuses values that do not fit their new type, and keeps them", async () => {
    const { store, use, migrator } = await project(product())
    await migrator.create()
    await migrator.up()
    await insert(store, "a", "12")
    await insert(store, "b", "twelve")
    const next = use(define("Product", { name: "integer" }, { table: "products" }))
    await next.create()
    await expect(next.up()).rejects.toMatchObject({ code: "NITRO_MIGRATION_FAILED" })
    expect(await all(store, "select name from products order by id")).toEqual([["12"], ["twelve"]])
    await exec(store, "update products set name = '13' where id = 'b'")
    await next.up()
    expect(
      (await all(store, "select name from products order by id")).map(([name]) => Number(name)),
    ).toEqual([12, 13])
  })

  it("notices files that were edited or lost after they were applied", async () => {
    const { use, migrator } = await project(product())
    const { name, files } = await migrator.create()
    await migrator.up()
    const [file, snapshot] = files as [string, string]
    const text = readFileSync(file, "utf8")
    writeFileSync(file, text.replaceAll("\n", "\r\n"))
    expect(await migrator.check()).toMatchObject({ ok: true })
    writeFileSync(file, `${text}\n-- a thought\n`)
    for (const run of [() => migrator.up(), () => migrator.down({ yes: true })]) {
      await expect(run()).rejects.toMatchObject({
        code: "NITRO_MIGRATION_EDITED",
        details: { migrations: [name] },
      })
    }
    expect(await migrator.check()).toMatchObject({ ok: false, edited: [name] })
    rmSync(file)
    await expect(migrator.up()).rejects.toMatchObject({ code: "NITRO_MIGRATION_FILE" })
    rmSync(snapshot)
    // A release that is behind its database has nothing to do, and starts.
    expect(await migrator.up()).toMatchObject({ migrations: [] })
    await expect(migrator.down()).rejects.toMatchObject({ code: "NITRO_MIGRATION_MISSING" })
    expect((await migrator.status()).migrations).toMatchObject([{ name, state: "missing" }])
    await use(product({ size: nullable("integer") })).create({
      name: "other",
      now: new Date("2099-01-01"),
    })
    await expect(migrator.up()).rejects.toMatchObject({ code: "NITRO_MIGRATION_MISSING" })
  })

  it("refuses a snapshot that is none, by its file", async () => {
    const { migrator } = await project(product())
    const { files } = await migrator.create()
    const snapshot = (files as [string, string])[1]
    const { tables, ...head } = JSON.parse(readFileSync(snapshot, "utf8"))
    const texts = [
      "{}",
      "null",
      "[]",
      "1",
      "",
      JSON.stringify({ ...head, tables: [{}] }),
      JSON.stringify({ ...head, tables: [null] }),
    ]
    const [{ columns: _, ...table }] = tables
    texts.push(
      JSON.stringify({ ...head, tables: [table] }),
      JSON.stringify({ ...head, tables, dialect: "db2" }),
    )
    for (const text of texts) {
      writeFileSync(snapshot, text)
      for (const run of [() => migrator.plan(), () => migrator.up(), () => migrator.check()])
        await expect(run()).rejects.toMatchObject({
          code: "NITRO_MIGRATION_FILE",
          message: expect.stringContaining(snapshot),
        })
    }
  })

  it("detects two branches that both added a migration", async () => {
    const { folder, use, migrator } = await project(product())
    await migrator.create({ name: "start" })
    const mine = await use(product({ a: nullable("string") })).create({
      name: "mine",
      now: new Date("2099-01-01"),
    })
    const kept = mine.files.map(file => [file, readFileSync(file, "utf8")] as const)
    for (const file of mine.files) rmSync(file)
    const theirs = await use(product({ b: nullable("string") })).create({
      name: "theirs",
      now: new Date("2099-01-02"),
    })
    for (const [file, text] of kept) writeFileSync(file, text)
    const both = use(product({ a: nullable("string"), b: nullable("string") }))
    for (const run of [() => both.up(), () => both.plan(), () => both.status()]) {
      await expect(run()).rejects.toMatchObject({
        code: "NITRO_MIGRATION_CONFLICT",
        details: { migrations: [mine.name, theirs.name] },
      })
    }
    for (const file of theirs.files) rmSync(file)
    const again = await both.create({ name: "theirs" })
    expect(again.after).toBe(mine.name)
    expect((again.name as string) > (mine.name as string)).toBe(true)
    expect((await both.up()).migrations).toHaveLength(3)
    expect(await both.check()).toMatchObject({ ok: true })
    rmSync(join(folder, `${mine.name}.sql`))
    rmSync(join(folder, `${mine.name}.json`))
    await expect(both.up()).rejects.toMatchObject({
      code: "NITRO_MIGRATION_CONFLICT",
      message: expect.stringContaining(mine.name as string),
    })
  })

  it("goes up and down to a migration by name", async () => {
    const { use, migrator } = await project(product())
    const names: string[] = []
    const fields: Fields = {}
    names.push((await migrator.create()).name as string)
    for (const name of ["a", "b", "c"]) {
      fields[name] = nullable("string")
      names.push((await use(product(fields)).create({ name })).name as string)
    }
    expect(
      (await migrator.up({ to: names[1] as string })).migrations.map(({ name }) => name),
    ).toEqual(names.slice(0, 2))
    await migrator.up()
    expect(
      (await migrator.down({ to: names[1] as string, yes: true })).migrations.map(
        ({ name }) => name,
      ),
    ).toEqual([names[3], names[2]])
    expect((await migrator.down({ steps: 2, yes: true })).migrations).toHaveLength(2)
    await expect(migrator.up({ to: "nothing" })).rejects.toMatchObject({
      code: "NITRO_MIGRATION_MISSING",
    })
  })

  it("says where the database has drifted from the migrations", async () => {
    const shop = define("Shop", {})
    const entities = [
      product(
        {
          shopId: { type: "string", nullable: true, references: "Shop" },
          size: { type: "integer", optional: true, schema: z.int().default(1) },
        },
        { unique: [["name"]] },
      ),
      shop,
    ]
    const { store, migrator } = await project(...entities)
    await migrator.create()
    await migrator.up()
    await exec(
      store,
      "create table mine (x integer)",
      "alter table products add column extra text",
      "create index by_size on products (size)",
      'drop index "unique products(name)"',
    )
    const check = await migrator.check()
    expect(check).toMatchObject({ ok: false, unmanagedTables: ["mine"], entitiesChanged: false })
    expect(check.problems).toEqual([
      '"products": the column "extra" is not in the migrations.',
      '"products": a unique index on ("name") is missing.',
      '"products": an index on ("size") is not in the migrations.',
    ])
    await exec(store, "drop table products")
    expect((await migrator.check()).problems).toEqual(['The table "products" is missing.'])
  })

  it("takes over a database that fits already, and no other", async () => {
    const { store, migrator } = await project(product())
    const { name } = await migrator.create()
    await expect(migrator.baseline()).rejects.toMatchObject({ code: "NITRO_MIGRATION_DRIFT" })
    await exec(store, "create table products (id text primary key not null, name text not null)")
    await insert(store, "a")
    if (database.dialect === "postgres")
      await exec(
        store,
        'alter table products alter column id type text collate "C", alter column name type text collate "C"',
      )
    expect(await migrator.baseline()).toEqual({ migrations: [name], drift: [] })
    expect(await migrator.check()).toMatchObject({ ok: true })
    await expect(migrator.baseline()).rejects.toMatchObject({ code: "NITRO_MIGRATION_CONFLICT" })
    expect(await ids(store)).toEqual(["a"])
  })

  it("survives any names of tables and columns", async () => {
    const names = [
      'a"b',
      "c'; drop table products; --",
      "select",
      "日本 ü",
      "x:y.z",
      "Group",
      " lead",
      "a\nb\n-- down\n",
    ]
    const odd = (suffix: string): EntityDefinition[] =>
      names.map((name, at) =>
        define(
          `Odd${at}`,
          {
            value: { type: "string", column: `${name}${suffix}` },
            other: {
              type: "string",
              nullable: true,
              column: `o${name}`,
              references: `Odd${(at + 1) % names.length}`,
            },
          },
          { table: name, index: [["value"]], unique: [["value", "other"]] },
        ),
      )
    const { store, use, migrator } = await project(...odd(""))
    await migrator.create()
    expect(await migrator.up()).toMatchObject({ warnings: [] })
    for (const definition of odd("")) {
      const table = `"${definition.table.replaceAll('"', '""')}"`
      await exec(store, `insert into ${table} values ('1', 'it''s', null)`)
    }
    const renames = names.map(name => ({ table: name, from: name, to: `${name}!` }))
    const next = use(...odd("!"), product())
    await next.create({ renames })
    expect(await next.up()).toMatchObject({ warnings: [], losses: [] })
    expect(await next.check()).toMatchObject({ ok: true })
    await next.down({ yes: true, to: null })
    expect((await next.check()).unmanagedTables).toEqual([])
  })

  it("sweeps no write of the app into its transaction", async () => {
    const { store, migrator } = await project(product())
    await migrator.create()
    await migrator.up()
    const { files } = await migrator.create({ name: "fails", empty: true })
    writeFileSync(
      files[0] as string,
      `-- up\n${"insert into products (id, name) values ('m', 'm');\ndelete from products where id = 'm';\n".repeat(50)}select nothing;\n`,
    )
    const products = store.bind(product())
    const run = migrator.up({ yes: true }).catch((error: unknown) => error)
    const writes = Array.from({ length: 20 }, async (_, n) => {
      await new Promise(resolve => setTimeout(resolve, n))
      await products.write([{ op: "insert", row: [`w${n}`, "written"] }])
    })
    await Promise.all(writes)
    expect(await run).toMatchObject({ code: "NITRO_MIGRATION_FAILED" })
    expect(await products.count({ orderBy: [] })).toBe(20)
  })

  it("waits for a store in use, and says when it stays locked", async () => {
    const { store, migrator } = await project(product())
    await migrator.create()
    await expect(inTransaction(store, () => migrator.up())).rejects.toMatchObject({
      code: "NITRO_TRANSACTION",
    })
    const [first, second] = await Promise.all([migrator.up(), migrator.up()])
    expect([...first.migrations, ...second.migrations]).toHaveLength(1)
  })
})

it("refuses a store that has no tables", () => {
  expect(() => createMigrator({ store: memory(), entities: [] })).toThrow(
    expect.objectContaining({ code: "NITRO_CAPABILITY" }),
  )
})
