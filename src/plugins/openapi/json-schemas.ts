// Schemas of zod as JSON Schema 2020-12, and the component schemas that a document shares.
import { z } from "zod"
import { allOptionsOf, valueParts } from "../../entity/internal.ts"
import type { ValuePart } from "../../entity/store.ts"
import { isObject } from "../../shared/guards.ts"

/** Any part of the document: plain JSON. */
export type Json = Readonly<Record<string, unknown>>

/** Whether a schema describes what is sent to the app, or what the app sends. */
export type Side = "input" | "output"

/** A field, a part of a value object, or an input of a route. */
export interface SchemaSource {
  readonly schema: z.ZodType
  readonly type?: ValuePart["type"]
  readonly nullable?: boolean
}

const componentPath = "#/components/schemas/"

/** The component schemas of one document. */
export class JsonSchemas {
  readonly #components = new Map<string, unknown>()
  readonly #names = new Map<unknown, string>()

  /** In the order of their names, so that a document changes only where its app does. */
  get components(): Json {
    return Object.fromEntries(
      [...this.#components].sort(([one], [other]) => (one < other ? -1 : 1)),
    )
  }

  /** A reference to the component under `key`, which is made once. `name` gets a number where another component has it. */
  component(key: unknown, name: string, make: () => Json): Json {
    let label = this.#names.get(key)
    if (label === undefined) {
      label = this.#free(name)
      this.#names.set(key, label)
      // Before it is made: a component may lead back to itself.
      this.#components.set(label, undefined)
      this.#components.set(label, make())
    }
    return { $ref: componentPath + label }
  }

  /** The schema of a field or an input. `name` is that of components that only this schema needs. */
  of({ schema, type, nullable }: SchemaSource, side: Side, name: string): Json {
    // An instance of a class for zod, which says nothing of its JSON.
    if (type === "bytes")
      return { type: nullable ? ["string", "null"] : "string", contentEncoding: "base64" }
    const {
      $schema: _,
      $defs,
      ...root
    } = z.toJSONSchema(schema, {
      target: "draft-2020-12",
      unrepresentable: "any",
      io: side,
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema instanceof z.ZodType) this.#complete(zodSchema, jsonSchema, side, name)
      },
    })
    // Both sides of a schema may differ: what it takes has defaults, what it gives has no further names.
    const local = side === "input" ? `${name}.input` : name
    return this.#withoutLocals(root, isObject($defs) ? $defs : {}, local)
  }

  /** Completes what zod has no JSON Schema for, in place. */
  #complete(schema: z.ZodType, json: Record<string, unknown>, side: Side, name: string): void {
    const def: { readonly type: string; readonly nitroValue?: unknown } = schema._zod.def
    if (def.nitroValue !== undefined)
      Object.assign(json, this.#ofParts(valueParts(schema) ?? [], side, name))
    else if (def.type === "date") Object.assign(json, { type: "string", format: "date-time" })
    else if (def.type === "bigint") Object.assign(json, { type: "string", pattern: "^-?\\d+$" })
    else if (def.type === "file") {
      delete json["contentEncoding"]
      json["contentMediaType"] ??= "application/octet-stream"
    } else if (def.type === "number") {
      // The limits of every integer in JavaScript say nothing of this one.
      if (json["minimum"] === Number.MIN_SAFE_INTEGER) delete json["minimum"]
      if (json["maximum"] === Number.MAX_SAFE_INTEGER) delete json["maximum"]
    } else if ("default" in json && !isConstant(schema)) delete json["default"]
  }

  #ofParts(parts: readonly ValuePart[], side: Side, name: string): Json {
    const visible = parts.filter(({ schema }) => !isHidden(schema))
    const required = visible.filter(({ schema, optional }) =>
      side === "input" ? !optional : schema._zod.optout !== "optional",
    )
    return {
      type: "object",
      properties: Object.fromEntries(
        visible.map(part => [part.name, this.of(part, side, `${name}.${part.name}`)]),
      ),
      ...(required.length === 0 ? {} : { required: required.map(part => part.name) }),
      // A part that no document shows may still be needed.
      ...(visible.length === parts.length ? { additionalProperties: false } : {}),
    }
  }

  /** References within one schema would lead elsewhere in a document: their targets become components. */
  #withoutLocals(root: Json, locals: Readonly<Record<string, unknown>>, name: string): Json {
    const isOwnTarget = refersTo(root, "#") || refersTo(locals, "#")
    if (!isOwnTarget && Object.keys(locals).length === 0) return root
    const targets = new Map<string, string>()
    const texts = new Map<string, unknown>(Object.entries(locals))
    if (isOwnTarget) texts.set("#", root)
    for (const [local, content] of texts) {
      const wish = local === "#" || local.startsWith("__schema") ? name : local
      // One schema in several places is one component.
      const key = JSON.stringify([wish, content])
      let target = this.#names.get(key)
      if (target === undefined) {
        target = this.#free(wish)
        this.#names.set(key, target)
        this.#components.set(target, undefined)
      }
      targets.set(local === "#" ? "#" : `#/$defs/${local}`, componentPath + target)
    }
    for (const [local, content] of texts) {
      const target = targets.get(local === "#" ? "#" : `#/$defs/${local}`) ?? ""
      this.#components.set(target.slice(componentPath.length), relinked(content, targets))
    }
    // An object stays one.
    return isOwnTarget ? { $ref: targets.get("#") } : (relinked(root, targets) as Json)
  }

  #free(wish: string): string {
    const name = wish.replace(/[^\w.-]+/g, "_")
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? name : `${name}${number}`
      if (!this.#components.has(candidate)) return candidate
    }
  }
}

/** Whether a schema, or one inside of its wrappers, is declared as hidden. */
function isHidden(schema: z.ZodType): boolean {
  return allOptionsOf(schema).hidden === true
}

/** A default that a function makes anew, a date or an id, is no part of a document. */
function isConstant(schema: z.ZodType): boolean {
  const def: { readonly type: string; readonly defaultValue?: unknown } = schema._zod.def
  const first = def.defaultValue
  return !(first instanceof Date) && JSON.stringify(first) === JSON.stringify(def.defaultValue)
}

function refersTo(value: unknown, target: string): boolean {
  if (Array.isArray(value)) return value.some(member => refersTo(member, target))
  if (!isObject(value)) return false
  return value["$ref"] === target || Object.values(value).some(member => refersTo(member, target))
}

function relinked(value: unknown, targets: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map(member => relinked(member, targets))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === "$ref" && typeof member === "string"
        ? (targets.get(member) ?? member)
        : relinked(member, targets),
    ]),
  )
}
