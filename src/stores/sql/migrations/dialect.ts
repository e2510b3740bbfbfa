// The contract of a dialect's migrations: what a change of the schema takes on one kind of database and not on others.
import type { FieldType } from "../../../entity/store.ts"
import type { Dialect } from "../contract/dialect.ts"
import type { SchemaDifference } from "./difference.ts"
import type { Executor } from "./executor.ts"
import type { Directed, Rename } from "./hints.ts"
import type { LiveSchema, SchemaModel } from "./model.ts"
import type { ScriptSyntax, Statement } from "./sql-text.ts"
import type { Transaction } from "./transaction.ts"

/** Gives the expression that turns a column, which is quoted, into another type. */
export type Cast = (column: string) => string
export type Casts = {
  readonly [From in FieldType]?: { readonly [To in FieldType]?: Cast }
}

/** One step of a migration: its SQL, what it does as a sentence, and whether data goes with it. */
export interface Step {
  readonly direction: "up" | "down"
  readonly table: string
  /** The effect of the step and the loss, in one sentence or two. */
  readonly sentence: string
  /** Data that was there is gone afterwards. */
  readonly destructive: boolean
  /** Without semicolons; all of them, in this order. */
  readonly statements: readonly string[]
}

export interface Context {
  readonly dialect: MigrationDialect
  readonly hints: Directed
}

/** Runs along with the statements of a migration, so that parts outside of every model survive. */
export interface Keeper {
  beforeStatement(sql: string): Promise<void>
  putBack(): Promise<void>
}

/** Rows of one table that point to rows of another which are not there. */
export interface Dangling {
  readonly table: string
  readonly parent: string
  readonly rows: number
}

export interface MigrationDialect {
  readonly sql: Dialect
  /** How a script is cut into statements. */
  readonly script: ScriptSyntax
  /** A query with one parameter, the name of a table, that counts the tables of that name. */
  readonly countTables: string
  /** The tables that a database has. */
  introspect(reader: Pick<Executor, "all">): Promise<LiveSchema>
  /** All steps from one schema to another. `change` is behind the renames. */
  steps(difference: SchemaDifference, renames: readonly Rename[], context: Context): Step[]
  /** One spelling of a type in lower case, where a database has several. */
  canonicalType(type: string): string
  /** Whether `true` as a default is distinct from the number 1. */
  readonly hasBooleans: boolean
  /** How values become those of another type, by what the columns hold. A value that does not fit fails. */
  readonly casts: Casts
  /** Runs `work` in a transaction that excludes other migrators. */
  transaction<T>(database: Transaction, work: () => Promise<T>): Promise<T>
  /** Where a change may make tables anew: throws `NITRO_MIGRATION_DRIFT` for what that would lose, and keeps the rest. */
  keeper?(
    executor: Executor,
    statements: readonly Statement[],
    before: SchemaModel,
    migration: string,
  ): Promise<Keeper>
  /** Where the transaction of a migration checks no foreign keys: finds the rows that break one. */
  dangling?(executor: Executor): Promise<readonly Dangling[]>
}
