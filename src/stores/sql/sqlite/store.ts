// The door `nitro-ts/sqlite`: a store in a SQLite file or in memory, on the library that is there.
import { existsSync, mkdirSync, statSync } from "node:fs"
import { basename, dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { defined, realPath, StoreUse } from "../../../entity/internal.ts"
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
import { after } from "../../../shared/maybe.ts"
import { optionNames, refuseUnknownOptions } from "../../../shared/options.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import { type SqlAccess, sqlAccess } from "../contract/access.ts"
import type { Driver, SyncDriver } from "../contract/driver.ts"
import {
  loadSqliteDriver,
  type SqliteConnection,
  type SqliteDriverName,
  wrapConnection,
} from "./drivers/load.ts"
import "../contract/errors.ts"
import { messageOf } from "../../../shared/thrown.ts"
import { SingleWriter } from "../connections/single-writer.ts"
import { Repositories } from "../repository/repositories.ts"
import type { SqlRepository } from "../repository/repository.ts"
import { defaultSchemaMode, type SchemaMode } from "../table/schema-difference.ts"
import { sqliteDialect } from "./dialect.ts"
import { prepareSqliteTables } from "./schema.ts"

export { currentTransaction, type SqlTransaction } from "../connections/current-transaction.ts"
export type { SchemaMode } from "../table/schema-difference.ts"
export type { SqliteConnection, SqliteDriverName } from "./drivers/load.ts"

export interface SqliteOptions {
  /** Path relative to the working directory, or `":memory:"`. Missing folders are made. Not needed with an open connection. */
  readonly file?: string | URL
  /**
   * The library: default the first that loads of node:sqlite (Node 22.16 and later), better-sqlite3 and libsql; or an open
   * connection of one of them, which stays the app's to close.
   */
  readonly driver?: SqliteDriverName | SqliteConnection
  /**
   * `sync` creates tables and adds what is missing, `check` compares only, `none` trusts. A table that does not fit is
   * `NITRO_SCHEMA_MISMATCH` when it is first used. Default: `check` where `NODE_ENV` is `production`, else `sync`.
   */
  readonly schema?: SchemaMode
  /** How long a write tries again while another process holds the lock. Default 5000; then `NITRO_STORE_BUSY`. */
  readonly busyTimeoutMs?: number
  /** How long a call waits for a transaction of this process to end. Default 30000; then `NITRO_STORE_BUSY`. */
  readonly waitTimeoutMs?: number
  /** `normal` survives the end of the process, even by force; `full` also a power cut, at the cost of a disk flush a commit. Default `normal`. */
  readonly synchronous?: "normal" | "full"
  /**
   * `"always"`: every write of its entities is a unit of work, with or without `unitOfWork` around it, so that hooks and recorders can
   * write along with it. Default: a write outside of a unit is one statement.
   */
  readonly unit?: "always"
}

const sqliteOptions = optionNames<SqliteOptions>({
  file: true,
  driver: true,
  schema: true,
  busyTimeoutMs: true,
  waitTimeoutMs: true,
  synchronous: true,
  unit: true,
})

/** A SQLite store, which has transactions. */
export interface SqliteStore extends Store {
  begin(options?: TransactionOptions): MaybePromise<OpenTransaction>
}

/**
 * A store in a SQLite file, opened on first use: `static store = sqlite("shop.db")`. Throws `NITRO_DRIVER_MISSING`
 * and `NITRO_STORE_UNAVAILABLE` then.
 */
export function sqlite(options: string | URL | SqliteOptions): SqliteStore {
  return declare(
    typeof options === "string" || options instanceof URL ? { file: options } : options,
    callSiteOf(sqlite),
  )
}

// `NITRO_DATABASE_URL=sqlite:shop.db`, `sqlite::memory:`, `sqlite:///var/shop.db`
registerStoreUrl("sqlite", url =>
  declare({ file: url.slice("sqlite:".length).replace(/^\/\//, "") }, "NITRO_DATABASE_URL"),
)

/** Every call for one file, or one open connection, returns the same store. Each `":memory:"` is a separate database. */
function declare(all: SqliteOptions, place: string): SqliteStore {
  refuseUnknownOptions("sqlite({ … })", all, sqliteOptions)
  const { file, driver, ...rest } = all
  const settings = { ...defaultSettings(), ...defined(rest) }
  if (isConnection(driver)) {
    const options = { ...settings, driver: undefined }
    return StoreUse.storeOf(
      { resource: driver, options, place },
      use => new SqliteFileStore(undefined, driver, settings, use),
    )
  }
  const path = toPath(file)
  if (path === ":memory:") return new SqliteFileStore(path, driver, settings, undefined)
  const options = { ...settings, driver }
  return StoreUse.storeOf(
    { resource: `sqlite:${realPath(path)}`, options, place },
    use => new SqliteFileStore(path, driver, settings, use),
  )
}

type Settings = Required<Omit<SqliteOptions, "file" | "driver" | "unit">> &
  Pick<SqliteOptions, "unit">

function defaultSettings(): Settings {
  return {
    schema: defaultSchemaMode(),
    busyTimeoutMs: 5000,
    waitTimeoutMs: 30_000,
    synchronous: "normal",
  }
}

// SQLite itself waits so long before it reports a lock; it blocks the process meanwhile, so the longer waits are ours.
const nativeBusyTimeoutMs = 5

class SqliteFileStore implements SqliteStore {
  readonly name: string
  readonly unit: "always" | undefined
  readonly capabilities: Capabilities
  readonly encoding: Encoding = sqliteDialect.encoding
  readonly [sqlAccess]: SqlAccess = {
    dialect: sqliteDialect,
    exclusive: work => this.#connections.exclusive(work),
    execute: (text, values) => this.#connections.write(driver => driver.query(text, values)),
    inTransaction: () => this.#connections.inTransaction,
  }
  /** Absolute, `":memory:"`, or undefined with a connection of the app's. */
  readonly #file: string | undefined
  readonly #library: SqliteOptions["driver"]
  readonly #settings: Settings
  readonly #use: StoreUse | undefined
  readonly #connections: SingleWriter
  /** The tables that foreign keys can point to, and that are prepared together. */
  readonly #repositories: Repositories
  /** The statements of tables that this process has made. */
  readonly #made: Map<EntityDefinition, string> = new Map<EntityDefinition, string>()
  #openFile: ((file: string) => SyncDriver) | undefined
  #hasReader = false

  constructor(
    file: string | undefined,
    library: SqliteOptions["driver"],
    settings: Settings,
    use: StoreUse | undefined,
  ) {
    this.#file = file
    this.#library = library
    this.#settings = settings
    this.#use = use
    this.unit = settings.unit
    this.name = `sqlite(${this.#file === undefined ? "connection" : this.#file === ":memory:" ? this.#file : basename(this.#file)})`
    this.capabilities = {
      transactions: true,
      serialTransactions: true,
      forUpdate: false,
      durable: this.#file !== ":memory:",
      ttl: false,
      unique: true,
      generatedIds: true,
      foreignKeys: true,
      relations: true,
      jsonPaths: true,
    }
    this.#connections = new SingleWriter({
      name: this.name,
      dialect: sqliteDialect,
      open: () => this.#open(),
      openReader: () => this.#openReader(),
      busyTimeoutMs: settings.busyTimeoutMs,
      waitTimeoutMs: settings.waitTimeoutMs,
    })
    this.#repositories = new Repositories({
      dialect: sqliteDialect,
      connections: this.#connections,
      store: this.name,
      trustsTables: settings.schema === "none",
      claim: () => this.#use?.claim(),
      prepare: one => this.#prepare(one),
    })
  }

  bind(definition: EntityDefinition): Repository {
    return this.#repositories.bind(definition)
  }

  begin(options?: TransactionOptions): MaybePromise<OpenTransaction> {
    return this.#connections.begin(options)
  }

  /** Of a store that is declared several times: the last call closes it. */
  close(): MaybePromise<void> {
    const close = (): MaybePromise<void> => this.#connections.close()
    return this.#use === undefined ? close() : this.#use.close(close)
  }

  /** Makes the table of a class fit, with those that it points to. */
  #prepare(first: SqlRepository): MaybePromise<void> {
    let prepared: SqlRepository[] = []
    let before: (readonly [SqlRepository, ReadonlySet<string>])[] = []
    const forget = (): void => {
      for (const repository of prepared) repository.ready = false
      for (const [repository, keeps] of before) repository.keeps = keeps
    }
    const work = (driver: Driver): { readonly error: unknown } | undefined => {
      const concerned = this.#repositories.concernedBy(first, ({ ready }) => ready)
      const failures = new Map<EntityDefinition, unknown>()
      const statements = new Map<EntityDefinition, string>()
      before = concerned.map(repository => [repository, repository.keeps])
      prepareSqliteTables(
        // The store has only such drivers.
        driver as SyncDriver,
        concerned.map(({ table }) => table.definition),
        {
          find: name => this.#repositories.named(name)?.table.definition,
          mode: this.#settings.schema,
          store: this.name,
          onFit: (definition, { keeps }) => {
            this.#repositories.bind(definition).keeps = keeps
          },
          failed: (definition, error) => failures.set(definition, error),
          missing: (definition, field, target) =>
            this.#repositories.get(definition)?.warnOnce(field, target),
          onCreate: (definition, sql) => statements.set(definition, sql),
          madeSql: definition => statements.get(definition) ?? this.#made.get(definition),
        },
      )
      prepared = concerned.filter(({ table, ready }) => !ready && !failures.has(table.definition))
      for (const repository of prepared) repository.ready = true
      for (const [definition, sql] of statements) this.#made.set(definition, sql)
      const { definition } = first.table
      return failures.has(definition) ? { error: failures.get(definition) } : undefined
    }
    // Successful preparations of other tables are kept, so the failure is thrown behind the transaction.
    const failure =
      this.#settings.schema === "check"
        ? this.#connections.read(work)
        : this.#connections.atomic(work, forget)
    return after(failure, failed => {
      if (failed !== undefined) throw failed.error
    })
  }

  #open(): SyncDriver {
    if (isConnection(this.#library)) {
      const connection = wrapConnection(this.#library)
      this.#configure(connection)
      return connection
    }
    const connection = this.#connect()
    if (this.#file === ":memory:") return connection
    try {
      // Readers do not stop the writer, the writer does not stop readers, and a commit costs no flush.
      const [mode] = connection.get("pragma journal_mode = wal", []) ?? []
      this.#hasReader = mode === "wal"
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** A second connection, which sees what is committed. Without WAL the writer would lock it out; memory has one connection. */
  #openReader(): SyncDriver | undefined {
    if (!this.#hasReader) return undefined
    const reader = this.#connect()
    reader.exec("pragma query_only = on")
    return reader
  }

  #connect(): SyncDriver {
    const file = this.#file
    const library = this.#library
    if (file === undefined || isConnection(library))
      throw new TypeError("A connection that is open already is not opened by its store.")
    this.#openFile ??= loadSqliteDriver(library)
    try {
      if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true })
      const connection = this.#openFile(file)
      this.#configure(connection)
      return connection
    } catch (cause) {
      if (sqliteDialect.classify(cause).kind === "busy") throw cause
      throw new NitroError(
        "NITRO_STORE_UNAVAILABLE",
        `${this.name} cannot be opened at ${file}: ${whyNot(file, cause)}.`,
        {
          cause,
          fix: "Give the path of a file, in a folder that this process may write to.",
        },
      )
    }
  }

  #configure(connection: SyncDriver): void {
    const synchronous = this.#settings.synchronous === "full" ? "full" : "normal"
    connection.exec(
      `pragma busy_timeout = ${nativeBusyTimeoutMs}; pragma foreign_keys = on; pragma synchronous = ${synchronous}`,
    )
  }
}

function isConnection(driver: SqliteOptions["driver"]): driver is SqliteConnection {
  return typeof driver === "object"
}

/** Absolute, so that a later change of the working directory does not open another file. */
function toPath(file: string | URL | undefined): string {
  const path = file instanceof URL ? fileURLToPath(file) : file
  if (path === ":memory:") return path
  // libsql ends the process on a NUL in a path; an empty one is a temporary database to SQLite.
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return resolve(path)
  throw new NitroError(
    "NITRO_STORE_UNAVAILABLE",
    path ? "The path of a SQLite file has a NUL character." : "sqlite() was given no file.",
    {
      fix: 'Give a path, sqlite("shop.db"), or sqlite(":memory:").',
    },
  )
}

function whyNot(file: string, cause: unknown): string {
  return existsSync(file) && statSync(file).isDirectory() ? "it is a folder" : messageOf(cause)
}
