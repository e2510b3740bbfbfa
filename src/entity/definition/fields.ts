// Reads a zod schema: how its value is stored, whether it may be null, what it refers to.
import { z } from "zod"
import { suggest } from "../../shared/suggest.ts"
import type { FieldType, GeneratedBy, OnDelete, ValueClass } from "../contract/definition.ts"
import { definitionError } from "../contract/errors.ts"
import { generatedBy } from "../contract/generated.ts"
import { defOf, marked, type SchemaDef } from "../contract/schema-def.ts"

/** The fields of an entity: names and zod schemas. */
export type Shape = Readonly<Record<string, z.ZodType>>
export type FieldNames<S extends Shape> = Extract<keyof S, string>

/** Facts about the stored value, read from a schema. */
export interface FieldFacts {
  readonly type: FieldType
  readonly nullable: boolean
  /** The value in memory where the store holds null: `undefined` for `.optional()` fields. */
  readonly absent: null | undefined
  readonly optional: boolean
  readonly references?: string
  readonly onDelete?: OnDelete
  /** How the store fills it in where it is left out. */
  readonly generated?: GeneratedBy
  /** The class of the value objects that it holds. */
  readonly value?: ValueClass
  /** JSON whose schema lets in what JSON cannot carry: `z.any()`. */
  readonly isLoose?: boolean
  /** Accepts values as the entity holds them, after transforms; undefined if only a transform could decide. */
  readonly valueSchema: z.ZodType | undefined
}

export interface RefOptions {
  /**
   * What happens to this entity when the one it refers to is deleted. `restrict`: that one cannot be deleted
   * (`NITRO_REFERENCE`); `cascade`: this one goes too; `setNull`: this one stays without. Default `restrict`.
   */
  readonly onDelete?: "restrict" | "cascade" | "setNull"
}

/** The id of another entity: text, or what `schema` says where that id is a number. `ref("Order", z.int())` */
export function ref(entity: string, options?: RefOptions): z.ZodString
export function ref<T extends z.ZodType>(entity: string, schema: T, options?: RefOptions): T
export function ref(
  entity: string,
  schemaOrOptions?: z.ZodType | RefOptions,
  more?: RefOptions,
): z.ZodType {
  const schema: z.ZodType = isSchema(schemaOrOptions) ? schemaOrOptions : z.string()
  if (!["string", "number", "bigint", "date"].includes(defOf(schema).type))
    throw definitionError(
      `ref("${entity}") was given a z.${defOf(schema).type}().`,
      'Wrap the ref instead: ref("Order", z.int()).nullable().',
    )
  const { onDelete = "restrict" } = (isSchema(schemaOrOptions) ? more : schemaOrOptions) ?? {}
  if (onDelete !== "restrict" && onDelete !== "cascade" && onDelete !== "setNull")
    throw definitionError(
      `ref("${entity}") has no onDelete rule "${String(onDelete)}".`,
      suggest(String(onDelete), ["restrict", "cascade", "setNull"]),
    )
  const rule =
    onDelete === "restrict" ? {} : { onDelete: onDelete === "setNull" ? "set null" : onDelete }
  return marked(schema, { references: entity, ...rule })
}

function isSchema(value: z.ZodType | RefOptions | undefined): value is z.ZodType {
  return value !== undefined && "_zod" in value
}

export function readField(name: string, schema: z.ZodType): FieldFacts {
  const facts = walk(name, schema)
  const generated = generatedBy(schema)
  const mayBeUndefined = generated === undefined && schema._zod.optout === "optional"
  if (facts.onDelete === "set null" && !facts.nullable && !mayBeUndefined)
    throw definitionError(
      `The field "${name}" has onDelete: "setNull" and cannot be null.`,
      "Add .nullable(), or use another rule.",
    )
  return {
    type: facts.type,
    nullable: facts.nullable || mayBeUndefined,
    absent: facts.nullable || !mayBeUndefined ? null : undefined,
    optional: acceptsUndefined(schema),
    ...(generated === undefined ? {} : { generated }),
    ...referenceOf(facts),
    ...(facts.type === "json" && isLoose(schema, new Set()) ? { isLoose: true } : {}),
    valueSchema: toValueSchema(schema),
    ...(facts.value === undefined ? {} : { value: facts.value }),
  }
}

function referenceOf({
  references,
  onDelete,
}: Pick<Walked, "references" | "onDelete">): Pick<Walked, "references" | "onDelete"> {
  return references === undefined
    ? {}
    : { references, ...(onDelete === undefined ? {} : { onDelete }) }
}

function acceptsUndefined(schema: z.ZodType): boolean {
  try {
    return schema.safeParse(undefined).success
  } catch {
    // An async check: reported where the schema is used.
    return false
  }
}

interface Walked {
  type: FieldType
  value?: ValueClass
  nullable: boolean
  references?: string
  onDelete?: OnDelete
}

const wrappers: ReadonlySet<string> = new Set([
  "optional",
  "nonoptional",
  "default",
  "prefault",
  "catch",
  "readonly",
])

function walk(name: string, schema: z.ZodType): Walked {
  const def = defOf(schema)
  // A value object checks and stores its parts itself.
  if (def.nitroValue !== undefined) return { type: "json", nullable: false, value: def.nitroValue }
  const { type, innerType, getter, out } = def
  if (innerType !== undefined && wrappers.has(type)) return walk(name, innerType)
  if (innerType !== undefined && type === "nullable")
    return { ...walk(name, innerType), nullable: true }
  if (getter !== undefined && type === "lazy") return walk(name, getter())
  if (out !== undefined && type === "pipe") return walk(name, out)
  switch (type) {
    case "string":
    case "template_literal":
      return {
        type: "string",
        nullable: false,
        ...referenceOf(def),
      }
    case "number":
      return {
        type: isInteger(def) ? "integer" : "number",
        nullable: false,
        ...referenceOf(def),
      }
    case "boolean":
    case "date":
    case "bigint":
      return {
        type,
        nullable: false,
        ...referenceOf(def),
      }
    case "enum":
      return { type: commonType(Object.values(def.entries ?? {})), nullable: false }
    case "literal":
      return ofLiterals(def.values ?? [])
    case "null":
      return { type: "json", nullable: true }
    case "union":
      return ofUnion(name, def.options ?? [])
    case "custom":
      return {
        type: schema.safeParse(new Uint8Array(1)).success ? "bytes" : "json",
        nullable: false,
      }
    case "any":
    case "unknown":
      return { type: "json", nullable: true }
    case "object":
    case "array":
    case "tuple":
    case "record":
    case "intersection":
      refuseLossyJson(name, schema, new Set())
      return { type: "json", nullable: false }
    default:
      throw definitionError(
        `The field "${name}" is a z.${def.type}(), which has no stored form.`,
        def.type === "transform"
          ? "Say what the transform gives: .transform(...).pipe(z.number())."
          : "Use a string, number, boolean, date, bigint, bytes or JSON schema.",
      )
  }
}

function ofLiterals(values: readonly unknown[]): Walked {
  const present = values.filter(value => value !== null && value !== undefined)
  return { type: commonType(present), nullable: present.length < values.length }
}

function ofUnion(name: string, options: readonly z.ZodType[]): Walked {
  const walked = options
    .filter(option => defOf(option).type !== "undefined")
    .map(option => ({ option, ...walk(name, option) }))
  const present = walked.filter(({ option }) => defOf(option).type !== "null")
  const types = new Set(present.map(({ type }) => type))
  if (types.size === 2 && types.has("integer") && types.has("number")) types.delete("integer")
  const [only] = types
  const type = types.size === 1 && only ? only : "json"
  if (type === "json") for (const { option } of present) refuseLossyJson(name, option, new Set())
  const reference = present.find(option => option.references !== undefined)
  return {
    type,
    nullable: walked.some(({ nullable }) => nullable),
    ...referenceOf(reference ?? {}),
  }
}

function commonType(values: readonly unknown[]): FieldType {
  if (values.every(value => typeof value === "string")) return "string"
  if (values.every(value => Number.isSafeInteger(value))) return "integer"
  if (values.every(value => typeof value === "number")) return "number"
  if (values.every(value => typeof value === "boolean")) return "boolean"
  if (values.every(value => typeof value === "bigint")) return "bigint"
  return "json"
}

function isInteger(def: SchemaDef): boolean {
  const formats = [
    def.format,
    ...(def.checks ?? []).map(({ _zod: { def: check } }) =>
      check.check === "number_format" ? check.format : undefined,
    ),
  ]
  return formats.some(format => format === "safeint" || format === "int32" || format === "uint32")
}

const lossy: ReadonlySet<string> = new Set([
  "date",
  "bigint",
  "map",
  "set",
  "symbol",
  "function",
  "promise",
  "file",
  "nan",
  "void",
])

// JSON would give a nested date back as text: better refused where it is declared than wrong where it is read.
function refuseLossyJson(name: string, schema: z.ZodType, seen: Set<z.ZodType>): void {
  if (seen.has(schema)) return
  seen.add(schema)
  const def = defOf(schema)
  if (def.nitroValue !== undefined) {
    throw definitionError(
      `The field "${name}" holds value objects inside of JSON, which would come back as plain objects.`,
      "Embed one in a separate field, or in another value object.",
    )
  }
  if (lossy.has(def.type)) {
    throw definitionError(
      `The field "${name}" is stored as JSON and holds a z.${def.type}(), which JSON cannot carry.`,
      def.type === "date"
        ? "Use z.iso.datetime() inside of JSON, or make it a separate field."
        : "Use a JSON type inside, or make it a separate field.",
    )
  }
  for (const child of children(def)) refuseLossyJson(name, child, seen)
}

const loose: ReadonlySet<string> = new Set(["any", "unknown", "custom", "transform"])

function isLoose(schema: z.ZodType, seen: Set<z.ZodType>): boolean {
  if (seen.has(schema)) return false
  seen.add(schema)
  const def = defOf(schema)
  if (def.nitroValue !== undefined) return false
  return (
    loose.has(def.type) ||
    [...children(def), ...(def.catchall === undefined ? [] : [def.catchall])].some(child =>
      isLoose(child, seen),
    )
  )
}

function children(def: SchemaDef): z.ZodType[] {
  const all = [
    def.innerType,
    def.out,
    def.getter?.(),
    def.element,
    def.rest,
    def.valueType,
    def.left,
    def.right,
    ...(def.options ?? []),
    ...(def.items ?? []),
    ...Object.values(def.shape ?? {}),
  ]
  return all.filter(child => child !== undefined && child !== null)
}

/** `z.stringbool()` takes "yes" and gives true: an assignment gives the entity what it holds, so its own side is checked. */
function toValueSchema(schema: z.ZodType): z.ZodType | undefined {
  const def = defOf(schema)
  if (def.type === "pipe") return def.out && toValueSchema(def.out)
  // It takes its own result.
  if (def.type === "transform") return def.nitroValue === undefined ? undefined : schema
  if (!def.innerType) return schema
  const inner = toValueSchema(def.innerType)
  if (inner === def.innerType || inner === undefined) return inner && schema
  if (def.type === "nullable") return z.nullable(inner)
  if (def.type === "optional") return z.optional(inner)
  return inner
}
