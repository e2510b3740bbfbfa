// The repository of a store that reads rows by an index alone: refuses what would look at rows that it does not give.
import { NitroError } from "../../shared/errors.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { isFieldOperand } from "../conditions/matches.ts"
import type { EntityDefinition, EntityId } from "../contract/definition.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { QueryPlan, Repository, Row, SelectPlan, Write } from "../contract/repository.ts"

/** Operators that an index serves. */
const byIndex: ReadonlySet<string> = new Set("eq in isNull between lt lte gt gte".split(" "))

export class IndexedRows implements Repository {
  readonly #inner: Repository
  readonly #definition: EntityDefinition
  readonly #store: string
  /** Fields that an index, a unique set or the key begins with, and references. */
  readonly #indexed: ReadonlySet<string>
  /** Conditions that were checked before. */
  readonly #passed = new WeakSet<Predicate>()
  readonly updateWhere?: NonNullable<Repository["updateWhere"]>
  readonly select?: NonNullable<Repository["select"]>
  readonly raw?: NonNullable<Repository["raw"]>

  constructor(inner: Repository, definition: EntityDefinition, store: string) {
    this.#inner = inner
    this.#definition = definition
    this.#store = store
    const { key, unique, index, fields } = definition
    const references = fields.filter(field => field.references !== undefined)
    this.#indexed = new Set([
      "id",
      ...[key, ...unique, ...index].flatMap(([first]) => first ?? []),
      ...references.map(({ name }) => name),
    ])
    // Methods that are left out are replaced by reading rows: joins read each side by `find`.
    const updateWhere = inner.updateWhere?.bind(inner)
    if (updateWhere)
      this.updateWhere = (where, ...rest) => {
        this.#check(where)
        return updateWhere(where, ...rest)
      }
    const select = inner.select?.bind(inner)
    if (select)
      this.select = (plan: SelectPlan) => {
        this.#check(plan.where)
        return select(plan)
      }
    const raw = inner.raw?.bind(inner)
    if (raw) this.raw = raw
  }

  get(id: EntityId): MaybePromise<Row | undefined> {
    return this.#inner.get(id)
  }

  find(plan: QueryPlan): MaybePromise<Row[]> {
    this.#check(plan.where)
    const { where, orderBy, limit, offset } = plan
    const [first] = orderBy
    // Without a condition, all rows would be sorted to give some.
    const isPart = limit !== undefined || offset !== undefined
    if (isPart && first !== undefined && isOpen(where) && !this.#indexed.has(first.field))
      throw this.#error(`the order by ${first.field}`, [first.field])
    return this.#inner.find(plan)
  }

  count(plan: QueryPlan): MaybePromise<number> {
    this.#check(plan.where)
    return this.#inner.count(plan)
  }

  write(writes: readonly Write[]): MaybePromise<number[]> {
    return this.#inner.write(writes)
  }

  deleteWhere(where: Predicate | undefined): MaybePromise<number> {
    this.#check(where)
    return this.#inner.deleteWhere(where)
  }

  /** All rows are read by the key. */
  #check(where: Predicate | undefined): void {
    if (where === undefined || this.#passed.has(where)) return
    const fields = new Set<string>()
    if (!isOpen(where) && !this.#isIndexed(where, fields))
      throw this.#error(`a condition on ${nameList(fieldsOf(where))}`, [...fields])
    this.#passed.add(where)
  }

  /** Whether indexes find the rows. `fields` gets those that an index would help. */
  #isIndexed(where: Predicate, fields: Set<string>): boolean {
    switch (where.op) {
      case "and":
        return where.of.filter(part => this.#isIndexed(part, fields)).length > 0
      case "or":
        return where.of.filter(part => !this.#isIndexed(part, fields)).length === 0
      case "not":
      case "some":
      case "json":
        return false
      default: {
        const isFixed = !("value" in where && isFieldOperand(where.value))
        if (!isFixed || !byIndex.has(where.op)) return false
        if (this.#indexed.has(where.field)) return true
        if (where.field !== "deletedAt") fields.add(where.field)
        return false
      }
    }
  }

  #error(what: string, fields: readonly string[]): NitroError {
    const { name } = this.#definition
    const [field] = fields
    return new NitroError(
      "NITRO_CAPABILITY",
      `${this.#store} reads rows of ${name} by an index alone, and none serves ${what}.`,
      {
        fix:
          field === undefined
            ? `Add a condition on an indexed field: ${[...this.#indexed].join(", ")}.`
            : `Declare one: Entity("${name}", { … }, { index: ["${field}"] }). Indexed are ${[...this.#indexed].join(", ")}.`,
        details: { entity: name, store: this.#store, capability: "scan", fields },
      },
    )
  }
}

/** No condition but that the row is not deleted softly. */
function isOpen(where: Predicate | undefined): boolean {
  if (where === undefined) return true
  if (where.op === "and") return where.of.every(isOpen)
  return where.op === "isNull" && where.field === "deletedAt"
}

function fieldsOf(where: Predicate): string[] {
  switch (where.op) {
    case "and":
    case "or":
      return [...new Set(where.of.flatMap(fieldsOf))]
    case "not":
      return fieldsOf(where.of)
    case "some":
      return [where.rows.local]
    default:
      return [where.field]
  }
}

function nameList(names: readonly string[]): string {
  return names.join(", ") || "nothing"
}
