// The door `nitro-ts/postgres`: a store in a Postgres database, through a pool of pg or postgres.

import { defined, StoreUse } from "../../../entity/internal.ts"
import type {
  Capabilities,
  Encoding,
  EntityDefinition,
  OpenTransaction,
  Repository,
  Store,
  TransactionOptions,
} from "../../../entity/store.ts"
import { registerStoreUrl } from "../../../entity/store.ts"
import { callSiteOf } from "../../../shared/call-site.ts"
import { NitroError } from "../../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../../shared/options.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import { type SqlAccess, sqlAccess } from "../contract/access.ts"
import type { Driver } from "../contract/driver.ts"
import {
  isPostgresPool,
  openPostgres,
  type PostgresDriverName,
  type PostgresPool,
  wrapPostgres,
} from "./drivers/load.ts"
import "../contract/errors.ts"
import { PooledConnections } from "../connections/pooled-connections.ts"
import type { PoolDriver } from "../contract/pool-driver.ts"
import { Repositories } from "../repository/repositories.ts"
import type { SqlRepository } from "../repository/repository.ts"
import { defaultSchemaMode, type SchemaMode } from "../table/schema-difference.ts"
import { postgresDialect } from "./dialect.ts"
import { preparePostgresTables } from "./schema.ts"
import { readDatabaseUrl } from "./url.ts"

export { currentTransaction, type SqlTransaction } from "../connections/current-transaction.ts"
export type { SchemaMode } from "../table/schema-difference.ts"
export type { PostgresDriverName, PostgresPool } from "./drivers/load.ts"

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database?sslmode=require`. Not needed with `pool`. */
  readonly url?: string | URL
  /** An open `Pool` of pg or `sql` of postgres; it stays the app's to close. */
  readonly pool?: PostgresPool
  /** The library that opens the URL. Default: the first that is installed of pg and postgres. */
  readonly driver?: PostgresDriverName
  /** How many connections there are at most; each open transaction has one. Default 10. */
  readonly max?: number
  /** Whether statements are prepared once for each connection. Turn it off behind a pooler that hands connections out by transaction and does not prepare itself. Default true. */
  readonly prepare?: boolean
  /**
   * `sync` creates tables and adds what is missing, `check` compares only, `none` trusts. A table that does not fit is
   * `NITRO_SCHEMA_MISMATCH` when it is first used. Default: `check` where `NODE_ENV` is `production`, else `sync`.
   */
  readonly schema?: SchemaMode
  /** How long a call waits for a connection, for a transaction around it, or to change a table. Default 30000; then `NITRO_STORE_BUSY`. */
  readonly waitTimeoutMs?: number
  /**
   * `"always"`: every write of its entities is a unit of work, with or without `unitOfWork` around it, so that hooks and recorders can
   * write along with it. Default: a write outside of a unit is one statement.
   */
  readonly unit?: "always"
}

const postgresOptions = optionNames<PostgresOptions>({
  url: true,
  pool: true,
  driver: true,
  max: true,
  prepare: true,
  schema: true,
  waitTimeoutMs: true,
  unit: true,
})

/** A Postgres store, which has transactions: one that ends with `NITRO_TRANSACTION_CONFLICT` may be run again. */
export interface PostgresStore extends Store {
  begin(options?: TransactionOptions): Promise<OpenTransaction>
}

/**
 * A store in a Postgres database, connected to on first use: `static store = postgres("postgres://localhost/shop")`.
 * Throws `NITRO_DRIVER_MISSING` and `NITRO_STORE_UNAVAILABLE` then.
 */
export function postgres(source: string | URL | PostgresOptions | PostgresPool): PostgresStore {
  const place = callSiteOf(postgres)
  if (typeof source === "string" || source instanceof URL) return declare({ url: source }, place)
  return declare(isPostgresPool(source) ? { pool: source } : source, place)
}

// `NITRO_DATABASE_URL=postgres://user@host/shop`
registerStoreUrl("postgres", url => declare({ url }, "NITRO_DATABASE_URL"))
registerStoreUrl("postgresql", url => declare({ url }, "NITRO_DATABASE_URL"))

/** Every call for one database, or one open pool, gives the same store. */
function declare(all: PostgresOptions, place: string): PostgresStore {
  refuseUnknownOptions("postgres({ … })", all, postgresOptions)
  const { url, pool, ...rest } = all
  const settings = { ...defaultSettings(), ...defined(rest) }
  if (pool !== undefined) {
    const make = (use: StoreUse): PostgresDatabaseStore =>
      new PostgresDatabaseStore("postgres(pool)", pool, settings, use)
    return StoreUse.storeOf({ resource: pool, options: settings, place }, make)
  }
  const parsed = parseUrl(url)
  const { database, settings: ofUrl } = readDatabaseUrl(parsed)
  // Never a user or a password.
  const name = `postgres(${parsed.host}${parsed.pathname})`
  const options = { ...ofUrl, ...settings }
  return StoreUse.storeOf(
    { resource: `postgres:${database}`, options, place },
    use => new PostgresDatabaseStore(name, parsed, settings, use),
  )
}

type Settings = Required<Omit<PostgresOptions, "url" | "pool" | "driver" | "unit">> &
  Pick<PostgresOptions, "driver" | "unit">

function defaultSettings(): Settings {
  return { schema: defaultSchemaMode(), max: 10, prepare: true, waitTimeoutMs: 30_000 }
}

class PostgresDatabaseStore implements PostgresStore {
  readonly name: string
  readonly unit: "always" | undefined
  readonly capabilities: Capabilities = {
    transactions: true,
    serialTransactions: false,
    forUpdate: true,
    durable: true,
    ttl: false,
    unique: true,
    generatedIds: true,
    foreignKeys: true,
    relations: true,
    jsonPaths: true,
  }
  readonly encoding: Encoding = postgresDialect.encoding
  readonly [sqlAccess]: SqlAccess = {
    dialect: postgresDialect,
    exclusive: work => this.#connections.exclusive(work),
    execute: (text, values) =>
      this.#connections.write(driver => driver.query(text, values.map(toText))),
    inTransaction: () => this.#connections.inTransaction,
  }
  readonly #source: URL | PostgresPool
  readonly #settings: Settings
  readonly #use: StoreUse
  readonly #connections: PooledConnections
  /** The tables that foreign keys can point to, and that are prepared together. */
  readonly #repositories: Repositories
  /** Tables that an open transaction has prepared and others do not see yet. */
  readonly #preparedIn: WeakMap<object, Set<SqlRepository>> = new WeakMap<
    object,
    Set<SqlRepository>
  >()
  #preparing: Promise<void> = Promise.resolve()

  constructor(name: string, source: URL | PostgresPool, settings: Settings, use: StoreUse) {
    this.name = name
    this.unit = settings.unit
    this.#source = source
    this.#settings = settings
    this.#use = use
    this.#connections = new PooledConnections({
      name: this.name,
      dialect: postgresDialect,
      open: () => this.#open(),
      waitTimeoutMs: settings.waitTimeoutMs,
    })
    this.#repositories = new Repositories({
      dialect: postgresDialect,
      connections: this.#connections,
      store: this.name,
      trustsTables: settings.schema === "none",
      claim: () => use.claim(),
      prepare: one => this.#prepare(one),
      isReadyHere: one => this.#preparedHere()?.has(one) === true,
    })
  }

  bind(definition: EntityDefinition): Repository {
    return this.#repositories.bind(definition)
  }

  begin(options?: TransactionOptions): Promise<OpenTransaction> {
    return this.#connections.begin(options)
  }

  /** Of a store that is declared several times: the last call closes it. */
  close(): MaybePromise<void> {
    return this.#use.close(() => this.#connections.close())
  }

  #open(): PoolDriver {
    const { driver, max, prepare, waitTimeoutMs } = this.#settings
    if (!(this.#source instanceof URL)) return wrapPostgres(this.#source, prepare)
    return openPostgres(driver, {
      url: this.#source.href,
      maxConnections: max,
      waitTimeoutMs,
      prepare,
    })
  }

  /** Makes the table of a class fit, with those that it points to; one class after the other. */
  #prepare(repository: SqlRepository): Promise<void> {
    // A transaction does it for itself: it may hold locks that another connection would wait for.
    const { transactionKey } = this.#connections
    if (transactionKey !== undefined) return this.#prepareHere(repository, transactionKey)
    const prepare = (): Promise<void> | undefined =>
      repository.ready ? undefined : this.#prepareForAll(repository)
    this.#preparing = this.#preparing.then(prepare, prepare)
    return this.#preparing
  }

  async #prepareForAll(first: SqlRepository): Promise<void> {
    const concerned = this.#repositories.concernedBy(first, ({ ready }) => ready)
    const work = (driver: Driver): Promise<Outcome> => this.#makeFit(driver, concerned)
    const outcome = await (this.#settings.schema === "sync"
      ? this.#connections.atomic(work)
      : this.#connections.read(work))
    for (const repository of outcome.fitting) repository.ready = true
    throwFailure(outcome, first)
  }

  /** Others see what a transaction makes when it has committed; until then they wait for it, and make it themselves if it does not. */
  async #prepareHere(first: SqlRepository, transactionKey: object): Promise<void> {
    const here = this.#preparedIn.get(transactionKey) ?? new Set<SqlRepository>()
    this.#preparedIn.set(transactionKey, here)
    const prepared: SqlRepository[] = []
    let before: (readonly [SqlRepository, ReadonlySet<string>])[] = []
    const forget = (): void => {
      for (const repository of prepared) here.delete(repository)
      for (const [repository, keeps] of before) repository.keeps = keeps
    }
    const work = async (driver: Driver): Promise<Outcome> => {
      const concerned = this.#repositories.concernedBy(first, one => one.ready || here.has(one))
      before = concerned.map(repository => [repository, repository.keeps])
      const outcome = await this.#makeFit(driver, concerned)
      prepared.push(...outcome.fitting)
      for (const repository of outcome.fitting) here.add(repository)
      return outcome
    }
    const outcome = await (this.#settings.schema === "sync"
      ? this.#connections.atomic(work, forget)
      : this.#connections.read(work))
    this.#connections.afterCommit(() => {
      for (const repository of prepared) if (here.has(repository)) repository.ready = true
    })
    throwFailure(outcome, first)
  }

  #preparedHere(): Set<SqlRepository> | undefined {
    const key = this.#connections.transactionKey
    return key === undefined ? undefined : this.#preparedIn.get(key)
  }

  async #makeFit(driver: Driver, concerned: readonly SqlRepository[]): Promise<Outcome> {
    const failures = new Map<EntityDefinition, unknown>()
    await preparePostgresTables(
      driver,
      concerned.map(({ table }) => table.definition),
      {
        find: name => this.#repositories.named(name)?.table.definition,
        mode: this.#settings.schema,
        store: this.name,
        lockTimeoutMs: this.#settings.waitTimeoutMs,
        onFit: (definition, { keeps, exact }) => {
          const repository = this.#repositories.bind(definition)
          repository.keeps = keeps
          for (const { field, facts } of repository.table.columns)
            facts.isExact = exact.has(field.column)
        },
        failed: (definition, error) => failures.set(definition, error),
        missing: (definition, field, target) =>
          this.#repositories.get(definition)?.warnOnce(field, target),
      },
    )
    return { fitting: concerned.filter(({ table }) => !failures.has(table.definition)), failures }
  }
}

/** Postgres reads every value from text; the drivers take no lists, objects and dates of ours. */
function toText(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === "boolean") return String(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return `{${value.map(listItem).join(",")}}`
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array)
    ? JSON.stringify(value)
    : value
}

function listItem(value: unknown): string {
  if (value === null || value === undefined) return "null"
  if (Array.isArray(value)) return String(toText(value))
  return `"${String(toText(value)).replace(/["\\]/g, "\\$&")}"`
}

interface Outcome {
  readonly fitting: readonly SqlRepository[]
  readonly failures: ReadonlyMap<EntityDefinition, unknown>
}

/** Successful preparations of other tables are kept. */
function throwFailure({ failures }: Outcome, { table: { definition } }: SqlRepository): void {
  if (failures.has(definition)) throw failures.get(definition)
}

function parseUrl(url: string | URL | undefined): URL {
  const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : url
  if (parsed instanceof URL && /^postgres(ql)?:$/.test(parsed.protocol)) return parsed
  throw new NitroError(
    "NITRO_STORE_UNAVAILABLE",
    "postgres() was given no URL of a Postgres database.",
    {
      fix: 'Give a URL, postgres("postgres://user:password@localhost:5432/shop"), or an open pool.',
    },
  )
}
