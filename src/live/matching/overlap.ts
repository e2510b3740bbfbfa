// Whether one row may meet two conditions at once: a change of many rows concerns a view only if one of them can be of both.
import { type Comparable, compareValues, toComparable } from "../../entity/internal.ts"
import { isFieldOperand, matches, type Predicate, StoredValue } from "../../entity/store.ts"

/** A condition on one field of a row, as it is or negated. */
interface Atom {
  readonly where: Exclude<Predicate, { readonly op: "and" | "or" | "not" | "some" }>
  readonly holds: boolean
}

interface Part {
  readonly where: Predicate
  readonly holds: boolean
}

/** Beyond so many steps the conditions count as overlapping. */
const maxSteps = 1000

/** False only where no row can meet both, whatever its fields are of which `isDecided` is false. */
export function mayOverlap(
  one: Predicate,
  other: Predicate,
  isDecided: (field: string) => boolean,
): boolean {
  return new Search(isDecided).mayHold([
    { where: one, holds: true },
    { where: other, holds: true },
  ])
}

class Search {
  readonly #isDecided: (field: string) => boolean
  #steps = 0

  constructor(isDecided: (field: string) => boolean) {
    this.#isDecided = isDecided
  }

  /** Whether a row may meet all parts. Takes alternatives apart until conditions on single fields are left. */
  mayHold(parts: readonly Part[], atoms: readonly Atom[] = []): boolean {
    const [part, ...rest] = parts
    if (++this.#steps > maxSteps) return true
    if (part === undefined) return this.#isPossible(atoms)
    const { where, holds } = part
    switch (where.op) {
      case "not":
        return this.mayHold([{ where: where.of, holds: !holds }, ...rest], atoms)
      case "and":
      case "or": {
        const inner = where.of.map((each): Part => ({ where: each, holds }))
        return (where.op === "and") === holds
          ? this.mayHold([...inner, ...rest], atoms)
          : inner.some(each => this.mayHold([each, ...rest], atoms))
      }
      case "some":
        return this.mayHold(rest, atoms)
      default:
        return this.mayHold(rest, this.#isUsable(where) ? [...atoms, { where, holds }] : atoms)
    }
  }

  /** A comparison with another field says nothing about either alone. */
  #isUsable(where: Atom["where"]): boolean {
    if (!this.#isDecided(where.field)) return false
    return !(
      where.op !== "json" &&
      "value" in where &&
      (isFieldOperand(where.value) || where.value instanceof StoredValue)
    )
  }

  #isPossible(atoms: readonly Atom[]): boolean {
    const byField = new Map<string, Atom[]>()
    for (const atom of atoms) {
      const ofField = byField.get(atom.where.field)
      if (ofField === undefined) byField.set(atom.where.field, [atom])
      else ofField.push(atom)
    }
    return [...byField.values()].every(ofField => this.#hasValue(ofField))
  }

  /** Whether a field can have a value that meets all of them. */
  #hasValue(atoms: readonly Atom[]): boolean {
    const lists = atoms.flatMap(atom => listOf(atom) ?? [])
    const [first] = lists
    if (first === undefined) return !isEmptyRange(atoms)
    const shortest = lists.reduce((a, b) => (b.length < a.length ? b : a), first)
    return shortest.some(
      value => ++this.#steps > maxSteps || atoms.every(atom => holdsFor(atom, value)),
    )
  }
}

/** The values that a field can have then; undefined where they cannot be listed. */
function listOf({ where, holds }: Atom): (readonly unknown[])[] | undefined {
  if (where.op === "isNull") return holds ? [[null]] : undefined
  if (where.op === (holds ? "eq" : "ne")) return [[where.value]]
  return where.op === (holds ? "in" : "notIn") ? [where.values] : undefined
}

function holdsFor({ where, holds }: Atom, value: unknown): boolean {
  return matches(where, { [where.field]: value }) === holds
}

interface Bound {
  readonly value: Comparable
  readonly isOpen: boolean
}

/** Whether comparisons leave no value. Those that are negated hold for null too, and bound nothing. */
function isEmptyRange(atoms: readonly Atom[]): boolean {
  let from: Bound | undefined
  let to: Bound | undefined
  const atLeast = (value: Comparable, isOpen: boolean): void => {
    if (from === undefined || isTighter(compareValues(value, from.value), isOpen))
      from = { value, isOpen }
  }
  const atMost = (value: Comparable, isOpen: boolean): void => {
    if (to === undefined || isTighter(compareValues(to.value, value), isOpen))
      to = { value, isOpen }
  }
  for (const { where, holds } of atoms) {
    if (!holds) continue
    switch (where.op) {
      case "gt":
      case "gte":
      case "lt":
      case "lte": {
        const value = toComparable(where.value)
        // An order with null holds for nothing.
        if (value === null) return true
        if (where.op === "gt" || where.op === "gte") atLeast(value, where.op === "gt")
        else atMost(value, where.op === "lt")
        break
      }
      case "between": {
        const [low, high] = [toComparable(where.from), toComparable(where.to)]
        if (low === null || high === null) return true
        atLeast(low, false)
        atMost(high, false)
      }
    }
  }
  if (from === undefined || to === undefined) return false
  const order = compareValues(from.value, to.value)
  return order > 0 || (order === 0 && (from.isOpen || to.isOpen))
}

function isTighter(order: number, isOpen: boolean): boolean {
  return order > 0 || (order === 0 && isOpen)
}
