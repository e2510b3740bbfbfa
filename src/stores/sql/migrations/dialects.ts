// The dialects that have migrations, by name: schemas and snapshots are data, and name theirs.
import { NitroError } from "../../../shared/errors.ts"
import { suggest } from "../../../shared/suggest.ts"
import type { MigrationDialect } from "./dialect.ts"
import { postgresMigrations } from "./postgres-migrations.ts"
import { sqliteMigrations } from "./sqlite-migrations.ts"

const dialects = new Map<string, MigrationDialect>()

/** Makes the stores of a dialect ones that can be migrated. */
export function registerMigrations(dialect: MigrationDialect): void {
  dialects.set(dialect.sql.name, dialect)
}

registerMigrations(sqliteMigrations)
registerMigrations(postgresMigrations)

/** Throws `NITRO_CAPABILITY` for a dialect without migrations. */
export function dialectNamed(name: string): MigrationDialect {
  const dialect = dialects.get(name)
  if (dialect !== undefined) return dialect
  throw new NitroError("NITRO_CAPABILITY", `There are no migrations for the dialect "${name}".`, {
    fix: suggest(name, dialects.keys()),
  })
}
