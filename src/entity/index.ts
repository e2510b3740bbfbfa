// Domain objects: fields, validation, queries, saving, and the contract of what stores them.

export { isNitroError, NitroError, type NitroErrorOptions } from "../shared/errors.ts"
export { followAllChanges, observeChanges } from "./binding/changes.ts"
export { callbacksSettled } from "./binding/commit-callbacks.ts"
export { relationsOf } from "./binding/describe-relations.ts"
export { assertSameModule, declareEntities } from "./binding/known-classes.ts"
export { type RetryOptions, retry } from "./binding/retry.ts"
export { registerStoreUrl, storeFromUrl } from "./binding/store-urls.ts"
export { type Configuration, configure, storeOf, withStores } from "./binding/stores.ts"
export {
  afterCommit,
  runInUnit,
  type UnitOfWorkOptions,
  unitOfWork,
} from "./binding/unit-of-work.ts"
export type { Column, JsonColumn, JsonSteps } from "./conditions/column-types.ts"
export { and, Condition, not, or, Specification } from "./conditions/condition.ts"
export {
  depthOf,
  maxDepth,
  measure as asksForRelated,
  tooDeep,
} from "./conditions/condition-size.ts"
export {
  asciiLower,
  compareBy,
  compileOrder,
  compilePredicate,
  isFieldOperand,
  matches,
} from "./conditions/matches.ts"
export { toPattern } from "./conditions/pattern.ts"
export type {
  EntityDefinition,
  EntityId,
  FieldDefinition,
  FieldType,
  GeneratedBy,
  OnDelete,
  ValueClass,
  ValuePart,
} from "./contract/definition.ts"
export { duplicateError, type Issue, longCascadeError } from "./contract/errors.ts"
export {
  allOptionsOf,
  type FieldMetadata,
  type FieldOptions,
  field,
} from "./contract/field-options.ts"
export { generated, serial } from "./contract/generated.ts"
export { hasDerivedId, idFrom, partsOfId, referredField } from "./contract/key.ts"
export { currentPartition, hasPartitionedStores, withPartition } from "./contract/partition.ts"
export type {
  ComparisonOperator,
  FieldOperand,
  JsonPath,
  JsonPredicate,
  JsonScalar,
  JsonTest,
  Operand,
  Predicate,
  RelatedPredicate,
  RelatedRows,
  TextOperator,
  Value,
} from "./contract/predicate.ts"
export { relatedParts, replaceRelated } from "./contract/predicate-parts.ts"
export { realPath } from "./contract/real-path.ts"
export type {
  Aggregate,
  Capabilities,
  Codec,
  ColumnIncrement,
  Encoding,
  Isolation,
  JoinPlan,
  OpenTransaction,
  Order,
  QueryPlan,
  Repository,
  Row,
  SelectPlan,
  Store,
  TransactionOptions,
  Write,
} from "./contract/repository.ts"
export { defined, StoreUse } from "./contract/shared-stores.ts"
export {
  describeUnstorable,
  isStorable,
  isStorableBigInt,
  isStorableText,
  unstorableError,
} from "./contract/storable.ts"
export { StoredValue } from "./contract/stored-value.ts"
export { type InTransactionOptions, inTransaction } from "./contract/transaction.ts"
export type { EntityOptions, ManagedField } from "./definition/class-types.ts"
export { groupDefinition, joinDefinition } from "./definition/derived.ts"
export type { EncryptionKeys } from "./definition/encryption.ts"
export { type RefOptions, ref } from "./definition/fields.ts"
export { isStorableJson } from "./definition/json-values.ts"
export {
  embedded,
  isValueObject,
  ValueObject,
  type ValueObjectInstance,
  type ValueObjectStatics,
  valueParts,
} from "./definition/value-object.ts"
export { Entity, isEntity, isEntityClass } from "./entity.ts"
export { type MemoryOptions, memory } from "./memory/store.ts"
export { requireAhead } from "./queries/load-ahead.ts"
export { isCountQuery, isQuery, queryOf } from "./queries/query.ts"
export { classesAlong } from "./relations/eager.ts"
export { relatedClasses } from "./relations/resolve.ts"
export { Increment, increment } from "./types/increment.ts"
export type { RelationDefinition, RelationKind, Through } from "./types/relation-definition.ts"
export type {
  Change,
  ChangeListener,
  Columns,
  CountQuery,
  DeleteOptions,
  DeleteWhereOptions,
  EntityClass,
  EntityHooks,
  EntityInstance,
  EntityStatics,
  FilterOptions,
  Group,
  GroupOutput,
  GroupOutputs,
  GroupQuery,
  JoinQuery,
  JsonOptions,
  KeysetPage,
  LockOptions,
  Many,
  ManyThrough,
  NumberedPage,
  One,
  OrderBy,
  Query,
  QueryOf,
  RawValue,
  RelatedMany,
  RelatedOne,
  SaveOptions,
  SearchOptions,
  SelectQuery,
  ValuesOf,
  Where,
  WhereObject,
} from "./types/types.ts"
export { type ClassFault, findDeclarationFaults, findFaults } from "./writes/check.ts"
export { rotateKeys } from "./writes/rotate-keys.ts"
