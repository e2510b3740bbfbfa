// Domain objects: fields, validation, queries, saving, and the contract of what stores them.

export { isNitroError, NitroError, type NitroErrorOptions } from "../shared/errors.ts"
export { followAllChanges, observeChanges } from "./changes.ts"
export { type ClassFault, findDeclarationFaults, findFaults } from "./check.ts"
export type { EntityOptions, ManagedField } from "./class-types.ts"
export type { Column, JsonColumn, JsonSteps } from "./column-types.ts"
export { callbacksSettled } from "./commit-callbacks.ts"
export { and, Condition, not, or, Specification } from "./condition.ts"
export { depthOf, maxDepth, measure as asksForRelated, tooDeep } from "./condition-size.ts"
export type { EntityDefinition, EntityId, FieldDefinition, FieldType, GeneratedBy, OnDelete, ValueClass, ValuePart } from "./definition.ts"
export { groupDefinition, joinDefinition } from "./derived.ts"
export type { EncryptionKeys } from "./encryption.ts"
export { Entity, isEntity, isEntityClass } from "./entity.ts"
export { duplicateError, type Issue, longCascadeError } from "./errors.ts"
export { allOptionsOf, type FieldMetadata, type FieldOptions, field } from "./field-options.ts"
export { type RefOptions, ref } from "./fields.ts"
export { generated, serial } from "./generated.ts"
export { Increment, increment } from "./increment.ts"
export { isStorableJson } from "./json-values.ts"
export { hasDerivedId, idFrom, partsOfId, referredField } from "./key.ts"
export { assertSameModule, declareEntities } from "./known-classes.ts"
export { requireAhead } from "./load-ahead.ts"
export { asciiLower, compareBy, compileOrder, compilePredicate, isFieldOperand, matches } from "./matches.ts"
export { type MemoryOptions, memory } from "./memory.ts"
export { currentPartition, hasPartitionedStores, withPartition } from "./partition.ts"
export { toPattern } from "./pattern.ts"
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
} from "./predicate.ts"
export { relatedParts, replaceRelated } from "./predicate-parts.ts"
export { isCountQuery, isQuery, queryOf } from "./query.ts"
export { realPath } from "./real-path.ts"
export type { RelationDefinition, RelationKind, Through } from "./relations/definition.ts"
export { relationsOf } from "./relations/describe.ts"
export { classesAlong } from "./relations/eager.ts"
export { relatedClasses } from "./relations/resolve.ts"
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
} from "./repository.ts"
export { type RetryOptions, retry } from "./retry.ts"
export { rotateKeys } from "./rotate-keys.ts"
export { defined, StoreUse } from "./shared-stores.ts"
export { describeUnstorable, isStorable, isStorableBigInt, isStorableText, unstorableError } from "./storable.ts"
export { registerStoreUrl, storeFromUrl } from "./store-urls.ts"
export { StoredValue } from "./stored-value.ts"
export { type Configuration, configure, storeOf, withStores } from "./stores.ts"
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
} from "./types.ts"
export { afterCommit, type UnitOfWorkOptions, unitOfWork } from "./unit-of-work.ts"
export { embedded, isValueObject, ValueObject, type ValueObjectInstance, type ValueObjectStatics, valueParts } from "./value-object.ts"
