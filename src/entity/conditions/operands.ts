// Conditions on one field: the operator and its operands, checked against the field.
import type { EntityDefinition, FieldDefinition } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { idCondition } from "../contract/key.ts"
import { isTextOperator, type Operator, operators } from "../contract/operators.ts"
import type { FieldOperand, Predicate, Value } from "../contract/predicate.ts"
import { isStorableText } from "../contract/storable.ts"
import { describeValue } from "./condition.ts"
import { Operators } from "./operator-methods.ts"
import { toPattern } from "./pattern.ts"

/** A column, which may stand as the operand of another: `p.stock.lt(p.reserved)`. */
export abstract class ColumnOperand extends Operators {
  readonly field: string

  constructor(field: string) {
    super()
    this.field = field
  }
}

/** One checked condition on one field. */
export function fieldCondition(
  entity: EntityDefinition,
  field: FieldDefinition,
  operator: Operator,
  input: unknown,
): Predicate {
  const name = field.name
  if (field.derived) return idCondition(entity, name, operator, input)
  if (operator === "isNull") {
    if (typeof input !== "boolean")
      throw wrongOperand(entity, field, operator, input, "true or false")
    const isNull: Predicate = { op: "isNull", field: name }
    return input ? isNull : { op: "not", of: isNull }
  }
  if (field.encrypted) {
    throw queryError(
      `${entity.name}.${name} is encrypted: no condition but null can look at it.`,
      "Keep a hash of it in another field, and compare that.",
    )
  }
  switch (operator) {
    case "in":
    case "notIn":
      if (!Array.isArray(input)) throw wrongOperand(entity, field, operator, input, "a list")
      return {
        op: operator,
        field: name,
        values: input.map(value => operand(entity, field, operator, value, true)),
      }
    case "between": {
      if (!Array.isArray(input) || input.length !== 2)
        throw wrongOperand(entity, field, operator, input, "two values, [from, to]")
      const end = (value: unknown): Value => operand(entity, field, operator, value, false)
      return { op: "between", field: name, from: end(input[0]), to: end(input[1]) }
    }
  }
  if (isTextOperator(operator)) {
    if (field.type !== "string" || typeof input !== "string")
      throw wrongOperand(entity, field, operator, input, "text, on a text field")
    toPattern(operator, input, `${entity.name}.${name}`)
    return { op: operator, field: name, value: input }
  }
  if (input instanceof ColumnOperand)
    return { op: operator, field: name, value: otherField(entity, field, input) }
  const value = operand(entity, field, operator, input, operators[operator].takes === "same")
  return { op: operator, field: name, value }
}

function otherField(
  entity: EntityDefinition,
  field: FieldDefinition,
  column: ColumnOperand,
): FieldOperand {
  const other = entity.fieldByName.get(column.field)
  const numeric = (type: string): boolean => type === "integer" || type === "number"
  if (
    other === undefined ||
    other.derived ||
    (other.type !== field.type && !(numeric(other.type) && numeric(field.type)))
  ) {
    throw queryError(
      `${entity.name}.${field.name} (${field.type}) cannot be compared with the field "${column.field}" (${other?.type ?? "unknown"}).`,
    )
  }
  return { field: column.field }
}

function operand(
  entity: EntityDefinition,
  field: FieldDefinition,
  operator: string,
  value: unknown,
  nullable: boolean,
): Value {
  if (value === null && nullable) return null
  switch (field.type) {
    case "string":
      if (typeof value !== "string") break
      if (nullable || isStorableText(value)) return value
      throw queryError(
        `${entity.name}.${field.name} is compared with text that no store holds.`,
        "Remove NUL characters and half surrogate pairs.",
      )
    case "integer":
    case "number":
      if (typeof value === "number" && !Number.isNaN(value)) return value
      break
    case "boolean":
      if (typeof value === "boolean") return value
      break
    case "date":
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value
      break
    case "bigint":
      if (typeof value === "bigint") return value
      if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value)
      break
    case "bytes":
      if (value instanceof Uint8Array) return value
      break
    case "json":
      throw queryError(
        `${entity.name}.${field.name} holds JSON, which can only be compared with null.`,
      )
  }
  throw wrongOperand(
    entity,
    field,
    operator,
    value,
    field.type === "integer" ? "a number" : `a ${field.type}`,
  )
}

function wrongOperand(
  entity: EntityDefinition,
  field: FieldDefinition,
  operator: string,
  value: unknown,
  expected: string,
): Error {
  // Leaving a condition out because its value is missing would widen the result, of a delete too.
  const fix =
    value === undefined
      ? "Leave the field out, or use null to find rows without a value."
      : `Give ${expected}.`
  return queryError(
    `${entity.name}.${field.name} ${operator} needs ${expected}, not ${describeValue(value)}.`,
    fix,
  )
}
