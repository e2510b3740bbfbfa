// The door for authors of stores: the contract of a store, plans and predicates, and functions that evaluate them.

export { registerStoreUrl } from "./binding/store-urls.ts"
export {
  compareBy,
  compileOrder,
  compilePredicate,
  isFieldOperand,
  matches,
} from "./conditions/matches.ts"
export type {
  EntityDefinition,
  EntityId,
  FieldDefinition,
  FieldType,
  GeneratedBy,
  OnDelete,
  ValuePart,
} from "./contract/definition.ts"
export { duplicateError } from "./contract/errors.ts"
export { hasDerivedId, idFrom, partsOfId } from "./contract/key.ts"
export type { ComparisonOperator, JsonTest, TextOperator } from "./contract/operators.ts"
export { currentPartition } from "./contract/partition.ts"
export type {
  FieldOperand,
  JsonPath,
  JsonPredicate,
  JsonScalar,
  Operand,
  Predicate,
  RelatedPredicate,
  RelatedRows,
  TextPredicate,
  Value,
  ValuePredicate,
} from "./contract/predicate.ts"
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
export { isStorable, unstorableError } from "./contract/storable.ts"
export { StoredValue } from "./contract/stored-value.ts"
