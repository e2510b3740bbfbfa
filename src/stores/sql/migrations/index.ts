// The door `nitro-ts/migrations`: the schema of a database follows the entities, by reviewed SQL, forwards and back.

export { withSession } from "./connection.ts"
export type { Step } from "./dialect.ts"
export { diffSchemas, type PossibleRename, type SchemaDiff } from "./diff.ts"
export { type Drift, driftOf } from "./drift.ts"
export type { Executor } from "./executor.ts"
export type { Hints, Rename } from "./hints.ts"
export { introspect } from "./introspect.ts"
export {
  type Check,
  type Consent,
  type Created,
  type CreateOptions,
  createMigrator,
  type DownOptions,
  type Migrator,
  type MigratorOptions,
  type Plan,
  type Ran,
  type Status,
  type UpOptions,
} from "./migrator.ts"
export type {
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  LiveSchema,
  OnDelete,
  SchemaModel,
  TableModel,
} from "./model.ts"
export type { Loss } from "./run.ts"
export { schemaOf } from "./schema-of.ts"
