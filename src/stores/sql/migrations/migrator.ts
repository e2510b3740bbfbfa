// The migrations of one store and folder: plan, create, up, down, status, check, baseline. Every result is plain data.
import { resolve } from "node:path"
import type { EntityDefinition, Store } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import { accessOf } from "../contract/access.ts"
import type { MigrationDialect, Step } from "./dialect.ts"
import { dialectNamed } from "./dialects.ts"
import { diffSchemas, type PossibleRename } from "./diff.ts"
import { type Drift, driftOf, unmanagedTables } from "./drift.ts"
import "./errors.ts"
import { withSession } from "./connection.ts"
import type { Executor } from "./executor.ts"
import { type Migration, migrationName, readMigrations, writeMigration } from "./files.ts"
import type { Hints } from "./hints.ts"
import {
  type Comparison,
  compareHistory,
  createHistory,
  noteApplied,
  readHistory,
  refuseDiverged,
} from "./history.ts"
import { introspect } from "./introspect.ts"
import type { SchemaModel } from "./model.ts"
import { type Loss, lossesOf, runMigration } from "./run.ts"
import { schemaOf } from "./schema-of.ts"

export interface MigratorOptions {
  /** A store of `nitro-ts/sqlite` or `nitro-ts/postgres`. It stays the caller's to close. */
  readonly store: Store
  /** All entity classes, or definitions, whose tables this store has: a table that is left out counts as dropped. */
  readonly entities: readonly (EntityDefinition | { readonly definition: EntityDefinition })[]
  /** Where the files are; default `migrations` in the working directory. */
  readonly folder?: string
  /** How long to wait for another migrator, and on Postgres for tables in use. Default 10000. */
  readonly lockTimeoutMs?: number
}

export interface Plan {
  /** The last migration, which the changes start from. */
  readonly after: string | null
  readonly up: readonly Step[]
  readonly down: readonly Step[]
  readonly possibleRenames: readonly PossibleRename[]
}

export interface CreateOptions extends Hints {
  /** The subject of the migration: `"add price"`. Default: the tables that change. */
  readonly name?: string
  /** Writes one without steps, for SQL of your own, when nothing differs. */
  readonly empty?: boolean
  /** For the name; default the present time. */
  readonly now?: Date
}

export interface Created extends Plan {
  /** Undefined when nothing differs: no file was written. */
  readonly name: string | undefined
  readonly files: readonly string[]
}

export interface Consent {
  /** Agrees to the loss of data. Without it, and without `confirm`, `NITRO_MIGRATION_CONSENT` is thrown. */
  readonly yes?: boolean
  /** Called when data would be lost and `yes` is not set, before anything runs. */
  readonly confirm?: (losses: readonly Loss[]) => MaybePromise<boolean>
  /** Changes nothing: the result says what would run. */
  readonly dryRun?: boolean
}

export interface UpOptions extends Consent {
  /** The last migration to apply; default all. */
  readonly to?: string
}

export interface DownOptions extends Consent {
  /** How many to take back; default 1. */
  readonly steps?: number
  /** Takes back everything after this one, which stays applied; null takes back all. */
  readonly to?: string | null
}

export interface Ran {
  readonly direction: "up" | "down"
  /** The migrations that ran, in that order; in a dry run those that would. */
  readonly migrations: readonly {
    readonly name: string
    readonly file: string
    readonly statements: readonly string[]
  }[]
  readonly losses: readonly Loss[]
  /** Where the database differs from the snapshot since: the SQL was changed by hand. */
  readonly warnings: readonly string[]
}

export interface Status {
  /** The name of the dialect. */
  readonly dialect: string
  readonly migrations: readonly {
    readonly name: string
    readonly state: "applied" | "pending" | "edited" | "missing"
    readonly appliedAt?: string
  }[]
  readonly pending: number
}

export interface Check {
  /** Everything is applied, unedited, like the database and like the entities. */
  readonly ok: boolean
  /** The problems, as sentences. */
  readonly problems: readonly string[]
  readonly pending: readonly string[]
  readonly edited: readonly string[]
  readonly missing: readonly string[]
  /** The database against the last applied migration. */
  readonly drift: readonly Drift[]
  /** Whether the entities changed since the last migration was created. */
  readonly entitiesChanged: boolean
  /** Tables that no migration made. They are left alone. */
  readonly unmanagedTables: readonly string[]
}

export interface Migrator {
  /** The migration that `create` would write. Needs no database. */
  plan(hints?: Hints): Promise<Plan>
  /** Writes the difference between the last migration and the entities as SQL to review. Needs no database. */
  create(options?: CreateOptions): Promise<Created>
  /** Applies pending migrations, each in a separate transaction. */
  up(options?: UpOptions): Promise<Ran>
  /** Takes back the last migration. */
  down(options?: DownOptions): Promise<Ran>
  status(): Promise<Status>
  check(): Promise<Check>
  /** Notes all migrations as applied on a database that already fits them, and runs nothing. */
  baseline(): Promise<{ readonly migrations: readonly string[]; readonly drift: readonly Drift[] }>
}

/** Throws `NITRO_CAPABILITY` for a store without SQL. Opens nothing before a method needs the database. */
export function createMigrator(options: MigratorOptions): Migrator {
  const dialect = dialectNamed(accessOf(options.store).dialect.name)
  const definitions = options.entities.map(entity =>
    "definition" in entity ? entity.definition : entity,
  )
  return new FolderMigrator(options, dialect, definitions)
}

class FolderMigrator implements Migrator {
  readonly #options: MigratorOptions
  readonly #dialect: MigrationDialect
  readonly #definitions: readonly EntityDefinition[]
  readonly #folder: string

  constructor(
    options: MigratorOptions,
    dialect: MigrationDialect,
    definitions: readonly EntityDefinition[],
  ) {
    this.#options = options
    this.#dialect = dialect
    this.#definitions = definitions
    this.#folder = resolve(options.folder ?? "migrations")
  }

  async plan(hints: Hints = {}): Promise<Plan> {
    return this.#plan(await this.#read(), hints)
  }

  async create(options: CreateOptions = {}): Promise<Created> {
    const migrations = await this.#read()
    const plan = this.#plan(migrations, options)
    if (plan.up.length === 0 && options.empty !== true)
      return { ...plan, name: undefined, files: [] }
    const title =
      options.name ?? [...new Set(plan.up.map(step => step.table))].slice(0, 3).join(" ")
    const name = migrationName(title, options.now ?? new Date(), migrations.at(-1)?.name)
    const files = await writeMigration(this.#folder, { name, ...plan, schema: this.#schema() })
    return { ...plan, name, files }
  }

  async up(options: UpOptions = {}): Promise<Ran> {
    const migrations = await this.#read()
    const comparison = await this.#compare(migrations)
    refuseDiverged(comparison, "up")
    const end =
      options.to === undefined ? migrations.length : this.#indexOf(migrations, options.to) + 1
    const pending = comparison.pending.filter(migration => migrations.indexOf(migration) < end)
    return this.#run(migrations, pending, "up", options)
  }

  async down(options: DownOptions = {}): Promise<Ran> {
    const migrations = await this.#read()
    const comparison = await this.#compare(migrations)
    refuseDiverged(comparison, "down")
    const applied = [...comparison.applied].reverse()
    const stay = typeof options.to === "string" ? this.#indexOf(migrations, options.to) : -1
    const chosen =
      options.to === undefined
        ? applied.slice(0, options.steps ?? 1)
        : applied.filter(each => migrations.indexOf(each) > stay)
    const stuck = chosen.find(({ up, down }) => down.length === 0 && up.length > 0)
    if (stuck !== undefined) {
      throw new NitroError(
        "NITRO_MIGRATION_IRREVERSIBLE",
        `${stuck.name} has no statement behind "-- down".`,
        {
          details: { migration: stuck.name },
        },
      )
    }
    return this.#run(migrations, chosen, "down", options)
  }

  async status(): Promise<Status> {
    const migrations = await this.#read()
    const history = await this.#onConnection(readHistory)
    const { edited, missing, pending } = compareHistory(migrations, history)
    const applied = new Map(history.map(entry => [entry.name, entry]))
    const entries = migrations.map(({ name }) => {
      const entry = applied.get(name)
      if (entry === undefined) return { name, state: "pending" as const }
      return {
        name,
        state: edited.includes(name) ? ("edited" as const) : ("applied" as const),
        appliedAt: entry.appliedAt,
      }
    })
    const lost = missing.flatMap(name => {
      const entry = applied.get(name)
      if (entry === undefined) return []
      return [{ name, state: "missing" as const, appliedAt: entry.appliedAt }]
    })
    return {
      dialect: this.#dialect.sql.name,
      migrations: [...entries, ...lost],
      pending: pending.length,
    }
  }

  async check(): Promise<Check> {
    const migrations = await this.#read()
    const { history, live } = await this.#onConnection(async executor => ({
      history: await readHistory(executor),
      live: await introspect(executor),
    }))
    const { applied, edited, missing, pending } = compareHistory(migrations, history)
    const expected = applied.at(-1)?.schema ?? this.#nothing()
    // With a migration of an unknown release on top, the right state of the database is unknown here.
    const drift = missing.length > 0 ? [] : driftOf(live, expected)
    const entitiesChanged = this.#differs(migrations)
    const problems = [
      ...pending.map(({ name }) => `${name} is not applied.`),
      ...edited.map(name => `${name} changed since it was applied.`),
      ...missing.map(name => `${name} is applied, and there is no such file.`),
      ...drift.map(({ problem }) => problem),
      ...(entitiesChanged ? ["The entities changed since the last migration was created."] : []),
    ]
    return {
      ok: problems.length === 0,
      problems,
      pending: pending.map(({ name }) => name),
      edited,
      missing,
      drift,
      entitiesChanged,
      unmanagedTables: unmanagedTables(live, expected),
    }
  }

  async baseline(): Promise<{ migrations: string[]; drift: Drift[] }> {
    const migrations = await this.#read()
    const expected = migrations.at(-1)?.schema ?? this.#nothing()
    return this.#onConnection(executor =>
      executor.transaction(async () => {
        const history = await readHistory(executor)
        if (history.length > 0) {
          throw new NitroError(
            "NITRO_MIGRATION_CONFLICT",
            `The database has ${history.length} migrations applied already.`,
            {
              fix: "Use `up`: only a database without migrations can be taken over.",
            },
          )
        }
        const drift = driftOf(await introspect(executor), expected)
        const wrong = drift.filter(({ harmless }) => !harmless).map(({ problem }) => problem)
        if (wrong.length > 0) {
          throw new NitroError(
            "NITRO_MIGRATION_DRIFT",
            `The database is not what the migrations make. ${wrong.join(" ")}`,
            {
              details: { problems: wrong },
            },
          )
        }
        await createHistory(executor)
        for (const [position, migration] of migrations.entries())
          await noteApplied(executor, migration, position)
        return { migrations: migrations.map(({ name }) => name), drift }
      }),
    )
  }

  #plan(migrations: readonly Migration[], hints: Hints): Plan {
    const last = migrations.at(-1)
    return {
      after: last?.name ?? null,
      ...diffSchemas(last?.schema ?? this.#nothing(), this.#schema(), hints),
    }
  }

  #differs(migrations: readonly Migration[]): boolean {
    try {
      return this.#plan(migrations, {}).up.length > 0
    } catch (error) {
      // A change that wants a hint is a change.
      if (error instanceof NitroError && /^NITRO_MIGRATION_(BACKFILL|CAST)$/.test(error.code))
        return true
      throw error
    }
  }

  async #run(
    migrations: readonly Migration[],
    chosen: readonly Migration[],
    direction: "up" | "down",
    consent: Consent,
  ): Promise<Ran> {
    const losses = chosen.flatMap(migration => lossesOf(migration, direction))
    const all = chosen.map(migration => ({
      name: migration.name,
      file: migration.file,
      statements: migration[direction].map(({ sql }) => sql),
    }))
    if (consent.dryRun === true || chosen.length === 0)
      return { direction, migrations: all, losses, warnings: [] }
    if (losses.length > 0 && consent.yes !== true && (await consent.confirm?.(losses)) !== true)
      throw consentError(direction, losses)
    const done = new Set<string>()
    const warnings: string[] = []
    await this.#onConnection(async executor => {
      for (const migration of chosen) {
        const result = await runMigration(executor, { migrations, migration, direction })
        if (result.ran) done.add(migration.name)
        warnings.push(...result.warnings)
      }
    })
    return { direction, migrations: all.filter(({ name }) => done.has(name)), losses, warnings }
  }

  #compare(migrations: readonly Migration[]): Promise<Comparison> {
    return this.#onConnection(async executor =>
      compareHistory(migrations, await readHistory(executor)),
    )
  }

  #onConnection<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    return withSession(this.#options.store, { lockTimeoutMs: this.#options.lockTimeoutMs }, work)
  }

  #read(): Promise<Migration[]> {
    return readMigrations(this.#folder, this.#dialect)
  }

  #schema(): SchemaModel {
    return schemaOf(this.#definitions, this.#dialect.sql.name)
  }

  #nothing(): SchemaModel {
    return { dialect: this.#dialect.sql.name, tables: [] }
  }

  #indexOf(migrations: readonly Migration[], name: string): number {
    const index = migrations.findIndex(migration => migration.name === name)
    if (index >= 0) return index
    throw new NitroError(
      "NITRO_MIGRATION_MISSING",
      `There is no migration ${name} in ${this.#folder}.`,
      {
        details: { migrations: [name] },
      },
    )
  }
}

function consentError(direction: "up" | "down", losses: readonly Loss[]): NitroError {
  const sentences = losses.map(({ migration, sentence }) => `${migration}: ${sentence}`)
  return new NitroError(
    "NITRO_MIGRATION_CONSENT",
    `The way ${direction} loses data, and no consent was given. ${sentences.join(" ")}`,
    {
      details: { steps: losses },
    },
  )
}
