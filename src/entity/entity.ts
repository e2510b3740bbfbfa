// `Entity(name, fields)`: the class that entities extend, as a list of what the other files do.

import type { InspectOptions } from "node:util"
import { callSiteOf } from "../shared/call-site.ts"
import { isObject } from "../shared/guards.ts"
import { observeEntity } from "./binding/changes.ts"
import { newInstance } from "./binding/hydrate.ts"
import { declareModel } from "./binding/known-classes.ts"
import { isEntityClass, Model, requireModel, setModel } from "./binding/model.ts"
import { EntityRecord, isRecord, recordClass, rowOf, valuesOf } from "./binding/record.ts"
import { toCondition } from "./conditions/columns.ts"
import { Specification } from "./conditions/condition.ts"
import type { EntityDefinition } from "./contract/definition.ts"
import { definitionError, unknownFieldError } from "./contract/errors.ts"
import { isId } from "./contract/row-key.ts"
import type {
  EntityInput,
  EntityKey,
  EntityOptions,
  EntityRef,
  EntityUpdate,
  EntityValues,
  FieldPicker,
  HiddenNames,
  KnownFields,
} from "./definition/class-types.ts"
import { checkDeclaration } from "./definition/define.ts"
import type { FieldNames, Shape } from "./definition/fields.ts"
import { relationMembers } from "./members/members.ts"
import { existsById, findById, requireById, searchCondition } from "./queries/finders.ts"
import { joinQuery } from "./queries/join.ts"
import { queryOf } from "./queries/query.ts"
import { rawEntities, unscopedTag } from "./queries/raw.ts"
import { relationLookup } from "./relations/lookup.ts"
import type { DeleteOptions, DeleteWhereOptions, SaveOptions } from "./types/options.ts"
import type {
  ChangeListener,
  CountQuery,
  EntityClass,
  EntityInstance,
  EntityStatics,
  FilterOptions,
  JoinQuery,
  Query,
  SearchOptions,
} from "./types/types.ts"
import { updateWhere, upsert } from "./writes/bulk.ts"
import { deleteWhere, remove, restore } from "./writes/deletion.ts"
import { assignAll, assigned, changesOf, isDirty, newValues } from "./writes/dirty.ts"
import { domIdOf, inspectRecord, toPlain } from "./writes/json.ts"
import { isStored, reload, save, saveMany } from "./writes/persistence.ts"

// Typed loosely: what users see is `EntityStatics` and `EntityInstance`, inferred from their fields.
class EntityBase extends EntityRecord {
  static get definition(): EntityDefinition {
    return requireModel(this).definitionOf(asClass(this))
  }

  static async create(data?: unknown): Promise<EntityRecord> {
    return save(newInstance(asClass(this), data), undefined, true)
  }

  static async createMany(data: readonly unknown[]): Promise<EntityRecord[]> {
    const entity = asClass(this)
    const records = data.map(one => newInstance(entity, one))
    await saveMany(records, undefined, true)
    return records
  }

  static async saveMany(
    records: readonly EntityRecord[],
    options?: SaveOptions,
  ): Promise<readonly EntityRecord[]> {
    await saveMany(records, options)
    return records
  }

  static get(id: unknown): Promise<unknown> {
    return findById(asClass(this), id)
  }

  static require(id: unknown): Promise<unknown> {
    return requireById(asClass(this), id)
  }

  static exists(idOrWhere: unknown): Promise<boolean> {
    if (typeof idOrWhere === "object" || typeof idOrWhere === "function") {
      return queryOf(asClass(this)).where(idOrWhere).exists()
    }
    return existsById(asClass(this), idOrWhere)
  }

  static all(): Query {
    return queryOf(asClass(this))
  }

  static withDeleted(): Query {
    return queryOf(asClass(this)).withDeleted()
  }

  static onlyDeleted(): Query {
    return queryOf(asClass(this)).onlyDeleted()
  }

  static where(where?: unknown): Query {
    return queryOf(asClass(this)).where(where)
  }

  static filter(where: unknown, options: FilterOptions<never> = {}): Query {
    const condition = toCondition(this.definition, where, true, relationLookup(asClass(this)))
    return withOptions(
      queryOf(
        asClass(this),
        condition === undefined ? undefined : { where: condition, orderBy: [] },
      ),
      options,
    )
  }

  static search(text: string | null | undefined, options: SearchOptions<never> = {}): Query {
    const condition = searchCondition(asClass(this), text, options.fields)
    return withOptions(
      queryOf(
        asClass(this),
        condition === undefined ? undefined : { where: condition, orderBy: [] },
      ),
      options,
    )
  }

  static findBy(where: unknown): Promise<unknown> {
    return queryOf(asClass(this)).where(where).first()
  }

  static count(where?: unknown): CountQuery {
    return queryOf(asClass(this)).where(where).count()
  }

  static deleteWhere(where: unknown, options?: DeleteWhereOptions): Promise<number> {
    return deleteWhere(asClass(this), where, options)
  }

  static updateWhere(
    where: unknown,
    values: unknown,
    options?: { readonly all?: boolean },
  ): Promise<number> {
    return updateWhere(asClass(this), where, values, options)
  }

  static upsert(
    data: unknown,
    options: { readonly by?: string | readonly string[] } = {},
  ): Promise<EntityRecord> {
    return upsert(asClass(this), data, options.by)
  }

  static pick(...names: readonly string[]): Shape {
    const { fields, name: entity } = this.definition
    const declared = new Map(
      fields
        .filter(({ managed, derived }) => !managed && derived !== true)
        .map(({ name, schema }) => [name, schema]),
    )
    return Object.fromEntries(
      names.map(name => {
        const schema = declared.get(name)
        if (schema === undefined) throw unknownFieldError(entity, name, declared.keys())
        return [name, schema]
      }),
    )
  }

  static spec(condition: unknown): Specification {
    const { definition } = this
    return new Specification(
      toCondition(definition, condition, false, relationLookup(asClass(this))) ?? {
        op: "and",
        of: [],
      },
      definition,
    )
  }

  static join(other: typeof EntityBase, on: unknown): JoinQuery<EntityInstance, EntityInstance> {
    return joinQuery(asClass(this), asClass(other), on)
  }

  static leftJoin(
    other: typeof EntityBase,
    on: unknown,
  ): JoinQuery<EntityInstance, EntityInstance> {
    return joinQuery(asClass(this), asClass(other), on, true)
  }

  static sql(
    text: TemplateStringsArray | { readonly unscoped: true },
    ...values: readonly unknown[]
  ): unknown {
    return typeof text === "object" && text !== null && "unscoped" in text
      ? unscopedTag(asClass(this), text)
      : rawEntities(asClass(this), text, values)
  }

  static observe(listener: ChangeListener): () => void {
    return observeEntity(asClass(this), listener, this.observe)
  }

  get isNew(): boolean {
    return rowOf(this) === undefined
  }

  get isDirty(): boolean {
    return isDirty(this)
  }

  get changes(): Record<string, { from: unknown; to: unknown }> {
    return changesOf(requireModel(this.constructor), this)
  }

  get domId(): string {
    const { id } = valuesOf(this)
    return domIdOf(requireModel(this.constructor).name, isId(id) ? id : undefined)
  }

  save(options?: SaveOptions): Promise<this> {
    return save(this, options)
  }

  async update(data: unknown, options?: SaveOptions): Promise<this> {
    assignAll(requireModel(this.constructor), this, data)
    return save(this, options)
  }

  delete(options?: DeleteOptions): Promise<boolean> {
    return remove(this, options)
  }

  restore(): Promise<boolean> {
    return restore(this)
  }

  exists(): Promise<boolean> {
    return isStored(this)
  }

  async reload(): Promise<this> {
    await reload(this)
    return this
  }

  toJSON(options?: unknown): Record<string, unknown> {
    // JSON.stringify calls it with the property name.
    const include = isObject(options) ? options["include"] : undefined
    return toPlain(this, requireModel(this.constructor).shown, isTexts(include) ? include : [])
  }

  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: InspectOptions,
    inspect: (value: unknown, options: InspectOptions) => string,
  ): string {
    return inspectRecord(this, options, inspect, requireModel(this.constructor).shown)
  }
}

function isTexts(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every(one => typeof one === "string")
}

/** Methods of a class are called on it: without one they would not know whose rows they are about. */
function asClass(entity: unknown): EntityClass {
  if (isEntityClass(entity)) return entity
  throw definitionError(
    "A static method of an entity class was called without its class.",
    "Call it on the class, as Todo.get(id); passed on, write id => Todo.get(id).",
  )
}

function withOptions(query: Query, { orderBy = [], limit, offset }: FilterOptions<never>): Query {
  let result = query
  for (const field of typeof orderBy === "string" ? [orderBy] : orderBy)
    result = result.orderBy(field)
  if (limit !== undefined) result = result.limit(limit)
  return offset === undefined ? result : result.offset(offset)
}

Object.defineProperties(EntityBase.prototype, Object.getOwnPropertyDescriptors(relationMembers))

/** Members that every entity has, and hooks: no field may take their names. */
const reserved: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(EntityBase.prototype),
  ...Object.getOwnPropertyNames(Object.prototype),
  ...["Save", "Create", "Update", "Delete"].flatMap(write => [`before${write}`, `after${write}`]),
  "afterLoad",
])

/**
 * The class that an entity extends: its fields are zod schemas, its rows live in `static store` (default: this
 * process's memory).
 *
 * ```ts
 * class Todo extends Entity("Todo", { title: z.string().min(1), done: z.boolean().default(false) }) {}
 * const todo = await Todo.create({ title: "Milk" })
 * ```
 *
 * Throws `NITRO_DEFINITION` for names that cannot work.
 */
export function Entity<
  S extends Shape,
  const O extends EntityOptions<FieldNames<S>> = Record<never, never>,
>(
  name: string,
  fields: S,
  options?: O & KnownFields<FieldNames<S>, O>,
): EntityStatics<
  EntityValues<S, O>,
  EntityInput<S, O>,
  EntityUpdate<S, O>,
  EntityKey<S, O>,
  EntityRef<S, O>,
  HiddenNames<S>
> &
  FieldPicker<S> {
  checkDeclaration(name, fields, options ?? {}, reserved)
  const model = new Model(name, fields, options ?? {}, callSiteOf(Entity))
  const entity = recordClass(
    EntityBase,
    model.names,
    data => newValues(model, data),
    (_, field, value) => assigned(model, field, value),
  )
  setModel(entity, model)
  declareModel(model)
  // Built by hand from names; the types are derived from the same fields.
  return entity as unknown as EntityStatics<
    EntityValues<S, O>,
    EntityInput<S, O>,
    EntityUpdate<S, O>,
    EntityKey<S, O>,
    EntityRef<S, O>,
    HiddenNames<S>
  > &
    FieldPicker<S>
}

export function isEntity(value: unknown): value is EntityInstance {
  return isRecord(value)
}

/** Whether a class has written `create`, `update` or `delete` itself: then a write past its method would miss what that does. */
export function overridesWrite(entity: EntityClass, name: "create" | "update" | "delete"): boolean {
  return name === "create"
    ? entity.create !== EntityBase.create
    : Reflect.get(entity.prototype, name) !== EntityBase.prototype[name]
}

export { isEntityClass }
