// The door for users: fields, entity classes, validation, queries, saving, units of work.

export { isNitroError, NitroError, type NitroErrorOptions } from "../shared/errors.ts"
export { observeChanges } from "./binding/changes.ts"
export { callbacksSettled } from "./binding/commit-callbacks.ts"
export { relationsOf } from "./binding/describe-relations.ts"
export {
  type QueryScope,
  type ScopeOperation,
  scope,
  withoutScopes,
  withScopes,
} from "./binding/query-scopes.ts"
export { type ChangeRecorder, recordChanges } from "./binding/recorders.ts"
export { type RetryOptions, retry } from "./binding/retry.ts"
export { type Configuration, configure, withStores } from "./binding/stores.ts"
export {
  afterCommit,
  beforeCommit,
  type UnitOfWorkOptions,
  unitOfWork,
} from "./binding/unit-of-work.ts"
export type { Column, JsonColumn, JsonSteps } from "./conditions/column-types.ts"
export { and, type Condition, not, or, type Specification } from "./conditions/condition.ts"
export type { ListedRelation, RelationKind } from "./contract/definition.ts"
export type { Issue } from "./contract/errors.ts"
export type {
  FieldFormat,
  FieldFormatType,
  FieldMetadata,
  FieldPlace,
  FieldWidget,
} from "./contract/field-metadata.ts"
export { type FieldOptions, field, type HiddenField } from "./contract/field-options.ts"
export { generated, serial } from "./contract/generated.ts"
export { withPartition } from "./contract/partition.ts"
export { type InTransactionOptions, inTransaction } from "./contract/transaction.ts"
export type { EntityOptions, FieldPicker, Flat, ManagedField } from "./definition/class-types.ts"
export type { EncryptionKeys } from "./definition/encryption.ts"
export { type RefOptions, ref } from "./definition/fields.ts"
export {
  embedded,
  ValueObject,
  type ValueObjectInstance,
  type ValueObjectStatics,
} from "./definition/value-object.ts"
export { Entity } from "./entity.ts"
export { type MemoryOptions, memory } from "./memory/store.ts"
// From there, so that every program which loads this door has the other one, by which compilers name its types in declarations of users.
export type { EntityId, Store } from "./store.ts"
export type { EntityHooks } from "./types/hooks.ts"
export { type Increment, increment } from "./types/increment.ts"
export type {
  DeleteOptions,
  DeleteWhereOptions,
  JsonOptions,
  LockOptions,
  SaveOptions,
} from "./types/options.ts"
export type { KeysetPage, NumberedPage } from "./types/pages.ts"
export type { RelationDefinition, Through } from "./types/relation-definition.ts"
export type { SelectQuery } from "./types/select-query.ts"
export type {
  Change,
  ChangeListener,
  Columns,
  CountQuery,
  EntityClass,
  EntityInstance,
  EntityStatics,
  FilterOptions,
  Group,
  GroupOutput,
  GroupOutputs,
  GroupQuery,
  JoinQuery,
  Many,
  ManyThrough,
  One,
  OrderBy,
  Query,
  QueryOf,
  RawValue,
  RelatedMany,
  RelatedOne,
  SearchOptions,
  ValuesOf,
  Where,
  WhereObject,
} from "./types/types.ts"
export { displayOf } from "./writes/display.ts"
export { rotateKeys } from "./writes/rotate-keys.ts"
