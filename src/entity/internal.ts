// The door for the other folders of src, which `exports` does not list: it changes without notice.

export { bindingOf, namesInUse } from "./binding/binding.ts"
export { hiddenFieldsOf } from "./binding/bound-stores.ts"
export { type ChangeRows, ownLogOf, rowsOfChange } from "./binding/change.ts"
export { followAllChanges, hasUnseenUpdate } from "./binding/changes.ts"
export { hydrateCopy } from "./binding/hydrate.ts"
export { assertSameModule, declareEntities } from "./binding/known-classes.ts"
export { currentScopes, inScopes, ScopeSet } from "./binding/query-scopes.ts"
export { storeFromUrl } from "./binding/store-urls.ts"
export { storeOf } from "./binding/stores.ts"
export { runInUnit } from "./binding/unit-of-work.ts"
export {
  depthOf,
  maxDepth,
  measure as usesRelatedRows,
  tooDeep,
} from "./conditions/condition-size.ts"
export { toPattern } from "./conditions/pattern.ts"
export { predicateFields } from "./conditions/predicate-fields.ts"
export { type Comparable, compareValues, toComparable } from "./contract/comparable.ts"
export { longCascadeError, notFoundError } from "./contract/errors.ts"
export { allOptionsOf } from "./contract/field-options.ts"
export { referredField, toId, whereIds } from "./contract/key.ts"
export {
  isOperator,
  isTextOperator,
  jsonTests,
  operatorNames,
  operators,
} from "./contract/operators.ts"
export { hasPartitionedStores } from "./contract/partition.ts"
export { realPath } from "./contract/real-path.ts"
export { defined, StoreUse } from "./contract/shared-stores.ts"
export { describeUnstorable, isStorableBigInt, isStorableText } from "./contract/storable.ts"
export { groupDefinition, joinDefinition } from "./definition/derived.ts"
export { inputText } from "./definition/input-labels.ts"
export { isStorableJson } from "./definition/json-values.ts"
export type { Mapper, Values } from "./definition/mapper.ts"
export { valueParts } from "./definition/value-object.ts"
export { isEntity, isEntityClass, overridesWrite } from "./entity.ts"
export { mayHoldRolledBackFrame, TransactionFrame } from "./memory/transaction-frame.ts"
export { findByIds } from "./queries/find-by-ids.ts"
export { requireAhead } from "./queries/load-ahead.ts"
export { ownCopy } from "./queries/own-copy.ts"
export { isCountQuery, isQuery } from "./queries/query.ts"
export { classesAlong } from "./relations/eager.ts"
export { relatedClasses } from "./relations/resolve.ts"
export { scopeOf } from "./relations/scope-conditions.ts"
export { type ClassFault, findDeclarationFaults, findFaults } from "./writes/check.ts"
export { assignUnsaved } from "./writes/dirty.ts"
