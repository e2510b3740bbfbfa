// Chooses the Postgres library: the one named by the option, else the first of pg and postgres that loads; or the app's own pool.
import { NitroError } from "../../../../shared/errors.ts"
import "../../contract/errors.ts"
import { codeOf } from "../../../../shared/thrown.ts"
import type { PoolDriver } from "../../contract/pool-driver.ts"
import { isPgPool, loadPg, type PgPool, PgPoolDriver } from "./pg.ts"
import {
  isPostgresJs,
  loadPostgresJs,
  type PostgresJs,
  PostgresJsPoolDriver,
} from "./postgres-js.ts"

/** In the order of preference. */
export const postgresDrivers = ["pg", "postgres"] as const
export type PostgresDriverName = (typeof postgresDrivers)[number]

/** An open pool of one of the libraries: a `Pool` of pg, or a `sql` of postgres. */
export type PostgresPool = PgPool | PostgresJs

export interface OpenOptions {
  readonly url: string
  readonly maxConnections: number
  readonly waitTimeoutMs: number
  readonly prepare: boolean
}

const openers: Readonly<Record<PostgresDriverName, () => (options: OpenOptions) => PoolDriver>> = {
  pg: () => {
    const open = loadPg()
    return ({ url, maxConnections, waitTimeoutMs, prepare }) =>
      new PgPoolDriver(
        open({
          connectionString: url,
          max: maxConnections,
          connectionTimeoutMillis: waitTimeoutMs,
        }),
        prepare,
        true,
      )
  },
  postgres: () => {
    const connect = loadPostgresJs()
    return ({ url, maxConnections, waitTimeoutMs, prepare }) => {
      const options = { max: maxConnections, connect_timeout: Math.ceil(waitTimeoutMs / 1000) }
      return new PostgresJsPoolDriver({ open: () => connect(url, options) }, prepare)
    }
  },
}

/** Throws `NITRO_DRIVER_MISSING` with the command that installs one. */
export function openPostgres(
  name: PostgresDriverName | undefined,
  options: OpenOptions,
): PoolDriver {
  if (name !== undefined && !Object.hasOwn(openers, name)) {
    throw new NitroError("NITRO_DRIVER_MISSING", `There is no Postgres driver "${String(name)}".`, {
      fix: `Use one of ${postgresDrivers.join(", ")}.`,
    })
  }
  for (const candidate of name === undefined ? postgresDrivers : [name]) {
    const opener = loaded(candidate)
    if (opener !== undefined) return opener(options)
  }
  const command = `npm install ${name ?? "pg"}`
  const which = name === undefined ? "neither pg nor postgres is" : `the package ${name} is not`
  throw new NitroError(
    "NITRO_DRIVER_MISSING",
    `No Postgres driver could be loaded: ${which} installed. Run: ${command}`,
    {
      fix: `Run: ${command}`,
    },
  )
}

function loaded(name: PostgresDriverName): ((options: OpenOptions) => PoolDriver) | undefined {
  try {
    return openers[name]()
  } catch (error) {
    if (codeOf(error) === "MODULE_NOT_FOUND") return undefined
    throw error
  }
}

/** Wraps a pool that the app opened, and closes, itself. */
export function wrapPostgres(pool: PostgresPool, prepare: boolean): PoolDriver {
  if (isPostgresJs(pool) && pool.options.fetch_types === false) {
    // Its `reserve()` would wait forever for a connection that it opens itself.
    throw new NitroError(
      "NITRO_DRIVER_MISSING",
      "A sql of postgres with `fetch_types: false` cannot run transactions of this store.",
      {
        fix: "Leave `fetch_types` on.",
      },
    )
  }
  if (isPostgresJs(pool)) return new PostgresJsPoolDriver(pool, prepare)
  if (isPostgresPool(pool)) return new PgPoolDriver(pool, prepare, false)
  throw new NitroError(
    "NITRO_DRIVER_MISSING",
    "The pool passed to postgres() is no open pool of a known library.",
    {
      fix: "Give a URL, a Pool of pg, or a sql of postgres. A single Client of pg cannot serve several requests.",
    },
  )
}

export function isPostgresPool(value: unknown): value is PostgresPool {
  return isPostgresJs(value) || (typeof value === "object" && value !== null && isPgPool(value))
}
