// Migrations as files: reviewed SQL, and beside it the frozen model and the name of the migration before.
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { NitroError } from "../../../shared/errors.ts"
import "./errors.ts"
import { isObject } from "../../../shared/guards.ts"
import { codeOf, messageOf } from "../../../shared/thrown.ts"
import type { MigrationDialect, Step } from "./dialect.ts"
import { dialectNamed } from "./dialects.ts"
import { byText, inOrderOfNames, type SchemaModel, type TableModel } from "./model.ts"
import { type Statement, statementsOf } from "./sql-text.ts"

export interface Migration {
  /** `20261121071500_add_price`: the time in UTC, and what it is about. */
  readonly name: string
  /** Path of the SQL file. */
  readonly file: string
  /** Of the SQL file; line ends do not count. */
  readonly checksum: string
  /** The migration that this one follows; null for the first. */
  readonly after: string | null
  /** The schema after the migration. */
  readonly schema: SchemaModel
  readonly up: readonly Statement[]
  readonly down: readonly Statement[]
}

const format = 1
const namePattern = /^\d{14}_[a-z0-9_]+$/

/**
 * All migrations of a folder, each after the one it follows. Throws `NITRO_MIGRATION_FILE`, and `NITRO_MIGRATION_CONFLICT`
 * where two follow the same one.
 */
export async function readMigrations(
  folder: string,
  dialect: MigrationDialect,
): Promise<Migration[]> {
  const files = existsSync(folder) ? await readdir(folder) : []
  const names = [
    ...new Set(
      files
        .filter(file => /\.(sql|json)$/.test(file))
        .map(file => file.replace(/\.(sql|json)$/, "")),
    ),
  ].sort(byText)
  const migrations = await Promise.all(
    names.filter(name => /^\d/.test(name)).map(name => readMigration(folder, name, dialect)),
  )
  return inOrderOfChain(migrations, folder)
}

async function readMigration(
  folder: string,
  name: string,
  dialect: MigrationDialect,
): Promise<Migration> {
  const file = join(folder, `${name}.sql`)
  if (!namePattern.test(name))
    throw fileError(
      `${file} is no name of a migration.`,
      "Name it like 20261121071500_add_price.sql.",
    )
  const text = await read(file, "it is the SQL of a snapshot that is there")
  const snapshot = readSnapshot(
    join(folder, `${name}.json`),
    await read(join(folder, `${name}.json`), "every migration has its snapshot beside it"),
  )
  if (snapshot.schema.dialect !== dialect.sql.name) {
    throw fileError(
      `${file} is for ${snapshot.schema.dialect}, and this database is ${dialect.sql.name}.`,
      "Keep one folder for each kind of database.",
    )
  }
  const { up, down } = partsOf(text, dialect)
  for (const { sql, line } of [...up, ...down]) {
    if (/^(begin|commit|rollback|end|savepoint|release|start\s+transaction)\b/i.test(sql)) {
      throw fileError(
        `${file}:${line} has a statement about transactions.`,
        "Remove it: each migration runs in a separate transaction.",
      )
    }
  }
  return { name, file, checksum: checksumOf(text), ...snapshot, up, down }
}

async function read(file: string, why: string): Promise<string> {
  try {
    return await readFile(file, "utf8")
  } catch (cause) {
    throw fileError(
      `${file} cannot be read, and ${why}: ${messageOf(cause)}.`,
      "Restore the file.",
      cause,
    )
  }
}

function readSnapshot(file: string, text: string): { after: string | null; schema: SchemaModel } {
  try {
    const snapshot: unknown = JSON.parse(text)
    if (!isObject(snapshot)) throw new Error("it is not what was written")
    const { format: version, after, dialect, tables } = snapshot
    if (version !== format)
      throw new Error(`its format is ${String(version)}, and this release reads ${format}`)
    if (
      !Array.isArray(tables) ||
      !tables.every(isTable) ||
      (after !== null && typeof after !== "string")
    )
      throw new Error("it is not what was written")
    const { name } = dialectNamed(String(dialect)).sql
    return { after, schema: inOrderOfNames({ dialect: name, tables }) }
  } catch (cause) {
    throw fileError(
      `${file} is no snapshot: ${messageOf(cause)}.`,
      "Restore the file from version control.",
      cause,
    )
  }
}

function isTable(table: unknown): table is TableModel {
  if (!isObject(table)) return false
  const { name, columns, primaryKey, indexes, foreignKeys } = table
  const isList = (list: unknown, hasColumns: boolean): boolean =>
    Array.isArray(list) &&
    list.every(
      part =>
        typeof part?.name === "string" &&
        (hasColumns ? Array.isArray(part.columns) : typeof part.type === "string"),
    )
  return (
    typeof name === "string" &&
    Array.isArray(primaryKey) &&
    isList(columns, false) &&
    isList(indexes, true) &&
    isList(foreignKeys, true)
  )
}

/** The comment lines `-- up` and `-- down` begin the parts. */
function partsOf(text: string, dialect: MigrationDialect): { up: Statement[]; down: Statement[] } {
  const parts: { up: Statement[]; down: Statement[] } = { up: [], down: [] }
  let part: "up" | "down" = "up"
  for (const statement of statementsOf(text, dialect.script)) {
    let comments: string[] = []
    for (const comment of statement.comments) {
      const marker = comment.toLowerCase()
      if (marker === "up" || marker === "down") {
        part = marker
        comments = []
      } else comments.push(comment)
    }
    parts[part].push({ ...statement, comments })
  }
  return parts
}

function inOrderOfChain(migrations: readonly Migration[], folder: string): Migration[] {
  const followers = new Map<string | null, Migration>()
  for (const migration of migrations) {
    const rival = followers.get(migration.after)
    if (rival !== undefined) throw conflict(rival, migration)
    followers.set(migration.after, migration)
  }
  const chain: Migration[] = []
  for (let next = followers.get(null); next !== undefined; next = followers.get(next.name))
    chain.push(next)
  const lost = migrations.find(migration => !chain.includes(migration))
  if (lost === undefined) return chain
  throw new NitroError(
    "NITRO_MIGRATION_CONFLICT",
    `${lost.name} follows ${lost.after}, which is not in ${folder}.`,
    {
      fix: `Get the files of ${lost.after}, or delete ${lost.name} if it is applied nowhere, and create it again.`,
      details: { migrations: [lost.name] },
    },
  )
}

function conflict(a: Migration, b: Migration): NitroError {
  const after = a.after === null ? "Both are the first migration" : `Both follow ${a.after}`
  return new NitroError(
    "NITRO_MIGRATION_CONFLICT",
    `${a.name} and ${b.name} exclude each other. ${after}, as when two branches each added one.`,
    {
      fix: `Delete the files of the one that is applied nowhere else (likely ${b.name}) and create it again: it then follows the other.`,
      details: { migrations: [a.name, b.name] },
    },
  )
}

/** Line ends change on their way through version control. */
function checksumOf(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex")
}

/** A name that sorts after `last`: the time in UTC, and `title` in letters, digits and underscores. */
export function migrationName(title: string, now: Date, last: string | undefined): string {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 80)
  const before = last === undefined ? 0 : timeOf(last)
  const time = new Date(Math.max(now.getTime(), before + 1000))
  return `${time.toISOString().replaceAll(/\D/g, "").slice(0, 14)}_${slug || "change"}`
}

function timeOf(name: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) ?? []
  return Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
}

export interface NewMigration {
  readonly name: string
  readonly after: string | null
  readonly schema: SchemaModel
  readonly up: readonly Step[]
  readonly down: readonly Step[]
}

/** Writes both files and gives their paths. */
export async function writeMigration(folder: string, migration: NewMigration): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const [sql, json] = [
    join(folder, `${migration.name}.sql`),
    join(folder, `${migration.name}.json`),
  ]
  const { dialect, tables } = migration.schema
  try {
    // `wx`: never over a file that is there.
    await writeFile(
      json,
      `${JSON.stringify({ format, after: migration.after, dialect, tables }, undefined, 2)}\n`,
      { flag: "wx" },
    )
    await writeFile(sql, sqlText(migration), { flag: "wx" })
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST")
      await Promise.all([sql, json].map(file => rm(file, { force: true })))
    throw fileError(
      `The migration cannot be written to ${folder}: ${messageOf(cause)}.`,
      "Check the folder and its rights.",
      cause,
    )
  }
  return [sql, json]
}

function sqlText({ name, schema, up, down }: NewMigration): string {
  const head = [
    `-- ${name}, for ${schema.dialect}.`,
    "-- Read it before you apply it; change it as you need until then. Each part runs in a separate transaction.",
  ]
  return [...head, "", "-- up", "", ...up.map(stepText), "-- down", "", ...down.map(stepText)].join(
    "\n",
  )
}

function stepText({ sentence, destructive, statements }: Step): string {
  // A comment ends with its line, whatever names and defaults hold.
  return [
    `-- ${destructive ? "destructive: " : ""}${sentence.replaceAll(/\s+/g, " ")}`,
    ...statements.map(sql => `${sql};`),
    "",
  ].join("\n")
}

function fileError(message: string, fix: string, cause?: unknown): NitroError {
  return new NitroError("NITRO_MIGRATION_FILE", message, {
    fix,
    ...(cause === undefined ? {} : { cause }),
  })
}
