// Builds the public definition of an entity from its name, fields and options.

import { z } from "zod"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import { suggest } from "../../shared/suggest.ts"
import { inWords } from "../../shared/words.ts"
import type { EntityDefinition, FieldDefinition, ListedRelation } from "../contract/definition.ts"
import { definitionError, unknownFieldError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import {
  allOptionsOf,
  fieldOptions,
  metadataFault,
  metadataOf,
  unknownOptions,
} from "../contract/field-options.ts"
import { keyTypes } from "../contract/key.ts"
import { kebabCase, pluralize } from "../contract/naming.ts"
import type { EntityOptions } from "./class-types.ts"
import { type FieldFacts, readField, type Shape } from "./fields.ts"
import { canGenerate, type PlainClass, plainClass } from "./generate.ts"

/** Internal facts about a field beyond its public definition. */
export type FieldInternals = Pick<FieldFacts, "absent" | "valueSchema" | "value" | "isLoose"> & {
  readonly field: FieldDefinition
}

export interface Defined {
  readonly definition: EntityDefinition
  /** In the order of `definition.fields`. */
  readonly internals: readonly FieldInternals[]
  /** Makes the values of an instance, new or read: all of one class share a hidden class. Undefined: no code is generated. */
  readonly valuesClass: PlainClass | undefined
}

/** Every name that becomes a field, in row order. Cheap: schemas are not looked at. */
export function fieldNames(shape: Shape, options: EntityOptions): string[] {
  return [
    "id",
    ...Object.keys(shape).filter(name => name !== "id"),
    ...(options.timestamps ? ["createdAt", "updatedAt"] : []),
    ...(options.version ? ["version"] : []),
    ...(options.softDelete ? ["deletedAt"] : []),
  ]
}

const entityOptions = optionNames<EntityOptions>({
  id: true,
  timestamps: true,
  version: true,
  unique: true,
  index: true,
  softDelete: true,
  table: true,
  plural: true,
  guarded: true,
  ttlSeconds: true,
  unit: true,
  label: true,
  labelPlural: true,
  display: true,
  icon: true,
  description: true,
})
const texts = ["label", "labelPlural", "display", "icon", "description"] as const

/** Refuses what can be seen without looking at the schemas, where the class is declared. */
export function checkDeclaration(
  name: string,
  shape: Shape,
  options: EntityOptions,
  reserved: ReadonlySet<string>,
): void {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    throw definitionError(
      `"${name}" is not a usable entity name.`,
      'Use letters and digits, as in Entity("TodoItem", {...}).',
    )
  }
  refuseUnknownOptions(`Entity("${name}", …)`, options, entityOptions)
  const names = fieldNames(shape, options)
  for (const [index, field] of names.entries()) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(field)) {
      throw definitionError(
        `"${field}" of ${name} is not a usable field name.`,
        "Begin with a letter, then letters, digits and _.",
      )
    }
    if (reserved.has(field)) {
      throw definitionError(
        `The field "${field}" of ${name} would hide the member that every entity has by this name.`,
        "Choose another name.",
      )
    }
    if (names.indexOf(field) !== index) {
      throw definitionError(
        `${name} declares "${field}", which the library fills in.`,
        "Remove it from the fields; the library adds it.",
      )
    }
  }
  for (const option of texts) {
    const text: unknown = options[option]
    if (text !== undefined && (typeof text !== "string" || text === ""))
      throw definitionError(
        `The option ${option} of ${name} is ${text === "" ? "empty" : `a ${typeof text}`}, not text.`,
        `Write { ${option}: "…" }.`,
      )
  }
  if (options.unit !== undefined && options.unit !== "always")
    throw definitionError(
      `The option unit of ${name} is ${JSON.stringify(options.unit)}.`,
      'Write { unit: "always" }, or leave it out.',
    )
  if (options.id !== undefined) checkKey(name, shape, options.id)
  checkNames(name, names, options)
  for (const [field, schema] of Object.entries(shape)) {
    if (typeof schema?._zod?.def !== "object")
      throw definitionError(
        `The field "${field}" of ${name} is not a zod 4 schema.`,
        "Use z.string() and the like.",
      )
  }
}

/** `relations` is called when the relations of the definition are read. */
export function define(
  name: string,
  shape: Shape,
  options: EntityOptions,
  relations: () => ReadonlyMap<string, ListedRelation> = () => new Map(),
): Defined {
  const fields: FieldDefinition[] = []
  const internals: FieldInternals[] = []
  const add = (
    field: string,
    schema: z.ZodType,
    facts: FieldFacts,
    isManaged: boolean,
    derived = false,
  ): void => {
    const { type, nullable, optional, generated, references, onDelete } = facts
    if (generated !== undefined && field !== "id")
      throw definitionError(
        `${name}.${field} is filled in by the store, which only the id can be.`,
        "Call the field `id`, or fill it in.",
      )
    const column = kebabCase(field).replaceAll("-", "_")
    const clash = fields.find(other => other.column === column)
    if (clash)
      throw definitionError(
        `The fields "${clash.name}" and "${field}" of ${name} share the column ${column}.`,
        "Rename one of them.",
      )
    const result: FieldDefinition = {
      name: field,
      index: fields.length,
      type,
      nullable,
      optional,
      column,
      schema,
      managed: isManaged || generated !== undefined,
      ...(generated === undefined ? {} : { generated }),
      ...(references === undefined ? {} : { references }),
      ...(onDelete === undefined ? {} : { onDelete }),
      ...(facts.value === undefined ? {} : { parts: facts.value.parts }),
      ...(derived ? { derived } : {}),
      ...describeField(name, field, schema, type),
    }
    fields.push(result)
    internals.push({ ...facts, field: result })
  }
  const addManaged = (
    field: string,
    type: FieldFacts["type"],
    schema: z.ZodType,
    derived?: boolean,
  ): void => {
    add(
      field,
      schema,
      { type, nullable: false, optional: true, absent: null, valueSchema: undefined },
      true,
      derived,
    )
  }
  const id = Object.hasOwn(shape, "id") ? shape["id"] : undefined
  if (id !== undefined) add("id", id, readField("id", id), false)
  else addManaged("id", "string", z.string(), options.id !== undefined)
  for (const [field, schema] of Object.entries(shape))
    if (field !== "id") add(field, schema, readField(field, schema), false)
  if (options.timestamps) {
    addManaged("createdAt", "date", z.date())
    addManaged("updatedAt", "date", z.date())
  }
  if (options.version) addManaged("version", "integer", z.int())
  if (options.softDelete) {
    const facts: FieldFacts = {
      type: "date",
      nullable: true,
      optional: true,
      absent: null,
      valueSchema: undefined,
    }
    add("deletedAt", z.date().nullable(), facts, true)
  }
  const fieldByName = new Map(fields.map(field => [field.name, field]))
  const plural = options.plural ?? pluralize(kebabCase(name))
  const display = displayField(name, options, fields)
  const definition: EntityDefinition = {
    name,
    label: options.label ?? inWords(name),
    labelPlural:
      options.labelPlural ??
      (options.label === undefined ? inWords(plural) : pluralize(options.label)),
    ...(display === undefined ? {} : { display }),
    ...(options.icon === undefined ? {} : { icon: options.icon }),
    ...(options.description === undefined ? {} : { description: options.description }),
    plural,
    table: options.table ?? plural.replaceAll("-", "_"),
    fields,
    fieldByName,
    key: options.id ?? ["id"],
    unique: fieldSets(options.unique),
    index: fieldSets(options.index),
    guarded: [...new Set([...(options.guarded ?? []), ...readonlyFields(shape)])],
    timestamps: options.timestamps === true,
    version: options.version === true,
    ...(options.softDelete ? { softDelete: true } : {}),
    ...(options.ttlSeconds === undefined ? {} : { ttlSeconds: options.ttlSeconds }),
    get relations() {
      return relations()
    },
  }
  for (const field of definition.key) checkKeyField(definition, fieldNamed(definition, field))
  for (const set of [...definition.unique, ...definition.index]) {
    const secret = set.find(field => fieldByName.get(field)?.encrypted)
    if (secret !== undefined)
      throw definitionError(
        `${name}.${secret} is encrypted, each time to another text, and cannot be unique or an index.`,
        "Use a field with a hash of it.",
      )
  }
  const valuesClass = canGenerate ? plainClass(fields.map(({ name }) => name)) : undefined
  return { definition, internals, valuesClass }
}

/** The field that `display` names, or a text field that is a name by its own. */
function displayField(
  entity: string,
  { display }: EntityOptions,
  fields: readonly FieldDefinition[],
): string | undefined {
  if (display === undefined) {
    const isName = ({ name, type, hidden, encrypted }: FieldDefinition): boolean =>
      (name === "name" || name === "title") && type === "string" && !hidden && !encrypted
    return fields.find(isName)?.name
  }
  const field = fields.find(({ name }) => name === display)
  if (field === undefined)
    throw unknownFieldError(
      entity,
      display,
      fields.map(({ name }) => name),
    )
  const wrong = field.hidden ? "is hidden" : field.encrypted ? "is encrypted" : undefined
  if (wrong === undefined && field.type !== "json" && field.type !== "bytes") return display
  throw definitionError(
    `${entity}.${display} ${wrong ?? `is ${field.type}`} and cannot be what entities are called by.`,
    "Name a field that all readers may see, such as a title.",
  )
}

type FieldSets = readonly (string | readonly string[])[] | undefined

function fieldSets(sets: FieldSets): string[][] {
  return (sets ?? []).map(set => (typeof set === "string" ? [set] : [...set]))
}

/** `index`, `unique` and `guarded` name fields that there are. */
function checkNames(
  name: string,
  names: readonly string[],
  { index, unique, guarded, id }: EntityOptions,
): void {
  const lists: Readonly<Record<string, FieldSets>> = { index, unique, guarded }
  for (const [option, list] of Object.entries(lists)) {
    for (const field of fieldSets(list).flat()) {
      if (!names.includes(field)) throw unknownFieldError(name, field, names)
      if (field === "id" && id !== undefined)
        throw definitionError(
          `The option ${option} of ${name} names "id", which is made of ${id.join(" and ")}.`,
          "Name these fields.",
        )
    }
  }
}

function checkKey(name: string, shape: Shape, key: readonly string[]): void {
  const form = 'Name fields: { id: ["orderId", "productId"] }.'
  if (!Array.isArray(key) || key.length === 0)
    throw definitionError(`The option id of ${name} names no field.`, form)
  for (const [at, field] of key.entries()) {
    if (!Object.hasOwn(shape, field))
      throw unknownFieldError(name, String(field), Object.keys(shape))
    if (key.indexOf(field) !== at)
      throw definitionError(`The option id of ${name} names "${field}" twice.`, form)
  }
  if (Object.hasOwn(shape, "id"))
    throw definitionError(
      `${name} declares a field "id" and an id of other fields.`,
      "Leave the option or the field out.",
    )
}

function checkKeyField(
  { name }: EntityDefinition,
  { name: field, type, nullable, hidden, encrypted, derived }: FieldDefinition,
): void {
  if (derived) return
  const wrong = nullable
    ? "may be null"
    : hidden
      ? "is hidden"
      : encrypted
        ? "is encrypted"
        : keyTypes.has(type)
          ? undefined
          : `is ${type}`
  if (wrong === undefined && !(field === "id" && type === "date")) return
  throw definitionError(
    `${name}.${field} ${wrong ?? "is a date"} and cannot be ${field === "id" ? "the id" : "part of the id"}.`,
    "An id is text, whole numbers or bigints, and dates as part of it; always present, and visible to all readers.",
  )
}

/** The options of `field(schema, options)`, as they stand in the definition. */
function describeField(
  entity: string,
  name: string,
  schema: z.ZodType,
  type: FieldFacts["type"],
): Partial<FieldDefinition> {
  const options = allOptionsOf(schema)
  const [unknown] = unknownOptions(options)
  if (unknown !== undefined)
    throw definitionError(
      `field() of ${entity}.${name} has no option "${unknown}".`,
      suggest(unknown, fieldOptions),
    )
  if (options.encrypted && type !== "string")
    throw definitionError(
      `${entity}.${name} is encrypted and not text.`,
      "Make it a z.string(); write other values as text.",
    )
  const meta = metadataOf(options)
  const fault = meta === undefined ? undefined : metadataFault(meta)
  if (fault !== undefined)
    throw definitionError(`field() of ${entity}.${name} has ${fault.problem}.`, fault.fix)
  return {
    ...(options.hidden ? { hidden: true } : {}),
    ...(options.encrypted ? { encrypted: true } : {}),
    ...(meta === undefined ? {} : { meta }),
  }
}

function readonlyFields(shape: Shape): string[] {
  return Object.entries(shape).flatMap(([name, schema]) =>
    allOptionsOf(schema).readonly ? [name] : [],
  )
}
