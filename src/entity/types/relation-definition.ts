// A relation as data: its target class and its fields.
import type { RelationKind } from "../contract/definition.ts"
import { definitionError, unknownFieldError } from "../contract/errors.ts"
import { referredField } from "../contract/key.ts"
import type { EntityClass } from "./types.ts"

/** The rows of a class between two others. */
export interface Through {
  readonly entity: EntityClass
  /** Its field with the id of the class that declares the relation. */
  readonly from: string
  /** Its field with the id of the target. */
  readonly to: string
}

/** One relation. Equal relations are one object, so that it can be a key. */
export interface RelationDefinition {
  readonly kind: RelationKind
  readonly target: EntityClass
  /** The field of the class that declares it: of a class that others point to, its id or the field it is made of ... */
  readonly local: string
  /** ... that equals this field of the target, or `through.from`. */
  readonly remote: string
  readonly through?: Through
}

const cache = new WeakMap<EntityClass, Map<string, RelationDefinition>>()

export function belongsTo(
  source: EntityClass,
  target: EntityClass,
  field: string,
): RelationDefinition {
  return intern("belongsTo", target, field, referredField(target.definition), () =>
    checkField(source, field),
  )
}

export function hasMany(
  kind: "hasMany" | "hasOne",
  source: EntityClass,
  target: EntityClass,
  field: string,
): RelationDefinition {
  return intern(kind, target, referredField(source.definition), field, () =>
    checkField(target, field),
  )
}

export interface ThroughFields {
  readonly through: EntityClass
  readonly from?: string
  readonly to?: string
}

export function manyToMany(
  source: EntityClass,
  target: EntityClass,
  options: ThroughFields,
): RelationDefinition {
  const { through: entity } = options
  const from = options.from ?? referenceTo(entity, source, source, target, "from")
  const to = options.to ?? referenceTo(entity, target, source, target, "to")
  const key = `${classNumber(entity)} ${from} ${to}`
  const through = { entity, from, to }
  const [local, remote] = [referredField(source.definition), referredField(target.definition)]
  return intern(
    "manyToMany",
    target,
    local,
    remote,
    () => [from, to].map(name => checkField(entity, name)),
    key,
    through,
  )
}

function intern(
  kind: RelationKind,
  target: EntityClass,
  local: string,
  remote: string,
  check: () => unknown,
  throughKey = "",
  through?: Through,
): RelationDefinition {
  let ofTarget = cache.get(target)
  if (ofTarget === undefined) {
    ofTarget = new Map()
    cache.set(target, ofTarget)
  }
  const key = `${kind} ${local} ${remote} ${throughKey}`
  let definition = ofTarget.get(key)
  if (definition === undefined) {
    check()
    definition = {
      kind,
      target,
      local,
      remote,
      ...(through === undefined ? {} : { through }),
    }
    ofTarget.set(key, definition)
  }
  return definition
}

function checkField({ definition }: EntityClass, field: string): void {
  if (!definition.fieldByName.has(field))
    throw unknownFieldError(definition.name, field, definition.fieldByName.keys())
}

function referenceTo(
  through: EntityClass,
  side: EntityClass,
  source: EntityClass,
  target: EntityClass,
  option: "from" | "to",
): string {
  const { name } = side.definition
  const fields = through.definition.fields.filter(({ references }) => references === name)
  const [only] = fields
  if (only !== undefined && fields.length === 1) return only.name
  throw definitionError(
    `${through.definition.name}, between ${source.definition.name} and ${target.definition.name}, has ${fields.length === 0 ? "no field" : `${fields.length} fields`} with ref("${name}").`,
    `Name the field: { through: ${through.definition.name}, ${option}: "..." }.`,
  )
}

// Two classes may have one name.
const numbers = new WeakMap<EntityClass, number>()
let classes = 0

function classNumber(entity: EntityClass): number {
  let number = numbers.get(entity)
  if (number === undefined) {
    number = ++classes
    numbers.set(entity, number)
  }
  return number
}
