// Anchors of a condition: values or ranges of single fields, one of which a row must meet wherever the condition holds.
import { type Comparable, toComparable } from "../../entity/internal.ts"
import { isFieldOperand, type Operand, type Predicate, StoredValue } from "../../entity/store.ts"

/** The field has this value. */
export interface ValueAnchor {
  readonly field: string
  readonly value: Comparable
}

/** The field is not null and lies in this range, bounds included; a bound that is left out is open. */
export interface RangeAnchor {
  readonly field: string
  readonly from?: Comparable
  readonly to?: Comparable
}

export type Anchor = ValueAnchor | RangeAnchor

export function isValueAnchor(anchor: Anchor): anchor is ValueAnchor {
  return "value" in anchor
}

/** A condition with more alternatives is tested against every change instead. */
const maxAnchors = 1000

/** Undefined where no field can stand for the condition; none where it never holds. */
export function anchorsOf(where: Predicate): readonly Anchor[] | undefined {
  switch (where.op) {
    case "and":
      return where.of.map(anchorsOf).reduce<readonly Anchor[] | undefined>(narrower, undefined)
    case "or":
      return union(where.of.map(anchorsOf))
    case "eq":
      return isFixed(where.value)
        ? [{ field: where.field, value: toComparable(where.value) }]
        : undefined
    case "isNull":
      return [{ field: where.field, value: null }]
    case "in":
      return where.values.length > maxAnchors
        ? undefined
        : where.values.map(value => ({ field: where.field, value: toComparable(value) }))
    case "between":
      return range(where.field, where.from, where.to)
    case "gt":
    case "gte":
      return isFixed(where.value) ? range(where.field, where.value, undefined) : undefined
    case "lt":
    case "lte":
      return isFixed(where.value) ? range(where.field, undefined, where.value) : undefined
    default:
      return undefined
  }
}

function isFixed(value: Operand): value is Exclude<Operand, { readonly field: string }> {
  return !isFieldOperand(value) && !(value instanceof StoredValue)
}

/** A range with null as a bound holds for nothing. */
function range(field: string, from: unknown, to: unknown): readonly Anchor[] {
  if (from === null || to === null) return []
  return [
    {
      field,
      ...(from !== undefined && { from: toComparable(from) }),
      ...(to !== undefined && { to: toComparable(to) }),
    },
  ]
}

/** Values find their queries by hash, so they come before ranges. */
function narrower(
  one: readonly Anchor[] | undefined,
  other: readonly Anchor[] | undefined,
): readonly Anchor[] | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const rangesOf = (anchors: readonly Anchor[]): number =>
    anchors.filter(anchor => !isValueAnchor(anchor)).length
  const [ranges, otherRanges] = [rangesOf(one), rangesOf(other)]
  if (ranges !== otherRanges) return ranges < otherRanges ? one : other
  return other.length < one.length ? other : one
}

function union(parts: readonly (readonly Anchor[] | undefined)[]): readonly Anchor[] | undefined {
  const all: Anchor[] = []
  for (const part of parts) {
    if (part === undefined) return undefined
    all.push(...part)
  }
  return all.length > maxAnchors ? undefined : all
}
