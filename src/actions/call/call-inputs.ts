// The names that a call can send: a field or payload that its route does not know is an error where the page is rendered.

import type { EntityClass } from "../../entity/index.ts"
import { valueParts } from "../../entity/internal.ts"
import { beforeFirst } from "../../shared/before-first.ts"
import { NitroError } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"
import type { ActionDefinition } from "../contract/action.ts"
import type { CrudOperation, Route } from "../contract/route.ts"
import { settable } from "../crud/crud-routes.ts"
import { filterPath } from "../crud/filters.ts"
import { listParameters } from "../crud/list.ts"
import { type FormFields, formFieldsOf } from "./form-fields.ts"

/** The inputs of one operation. `kept` are fields of the entity that no input may set. */
export class CallInputs {
  readonly #name: string
  readonly #shape: Route["input"]
  readonly #others: ReadonlySet<string>
  readonly #reserved: ReadonlySet<string>
  readonly #pathOf: (name: string) => string
  #fields: FormFields | undefined
  // A list checks the same names with each row.
  readonly #checked = new Set<string>()

  /** `name` is the operation as code names it: `Todo.rename`. `pathOf` takes from the name of an input what is no field of it. */
  constructor(
    name: string,
    shape: Route["input"],
    others: Iterable<string> = [],
    reserved: Iterable<string> = [],
    pathOf: (name: string) => string = name => name,
  ) {
    this.#name = name
    this.#shape = shape
    this.#others = new Set(others)
    this.#reserved = new Set(reserved)
    this.#pathOf = pathOf
  }

  /** Their descriptions in forms. */
  get fields(): FormFields {
    this.#fields ??= formFieldsOf(this.#shape)
    return this.#fields
  }

  /** @throws NITRO_CALL_INPUT */
  assert(name: string): void {
    if (this.#checked.has(name)) return
    if (!this.#takes(name)) throw this.#unknown(name)
    this.#checked.add(name)
  }

  assertAll(input: object): void {
    for (const name of Object.keys(input)) this.assert(name)
  }

  #takes(name: string): boolean {
    // Names that begin with an underscore are another party's: a honeypot, a token.
    const [field = name, ...path] = this.#pathOf(name).split(".")
    if (name.startsWith("_") || this.#others.has(field)) return true
    const schema = this.#schemaOf(field)
    if (schema === undefined) return false
    let parts = valueParts(schema)
    for (const step of path) {
      const part = parts?.find(one => one.name === step)
      if (part === undefined) return false
      parts = part.parts
    }
    return true
  }

  #schemaOf(field: string): Route["input"][string] | undefined {
    return Object.hasOwn(this.#shape, field) ? this.#shape[field] : undefined
  }

  /** Of a part the parts of its field, where there are any. */
  #nearest(name: string, names: readonly string[]): string {
    const field = beforeFirst(name, ".")
    const schema = this.#schemaOf(field)
    const parts = schema === undefined ? undefined : valueParts(schema)
    return parts === undefined
      ? suggest(field, names)
      : suggest(
          name,
          parts.map(part => `${field}.${part.name}`),
        )
  }

  #unknown(name: string): NitroError {
    const names = [...Object.keys(this.#shape), ...this.#others]
    if (this.#reserved.has(name)) {
      return new NitroError(
        "NITRO_CALL_INPUT",
        `${this.#name} may not set "${name}": the field is guarded, or kept by the library.`,
        {
          fix: "Leave it out of the form, or take it as input of an action.",
        },
      )
    }
    const fix =
      names.length === 0
        ? `${this.#name} takes no input. Declare it: @action({ input: { ${/^\w+$/.test(name) ? name : "name"}: z.string() } }).`
        : this.#nearest(name, names)
    return new NitroError(
      "NITRO_CALL_INPUT",
      `${this.#name} takes no input named "${name}". ${fix}`,
      { fix },
    )
  }
}

/** Undefined where the input is not known by names. */
export function inputsOf(
  entity: EntityClass,
  operation: string,
  crud: CrudOperation | undefined,
  action: ActionDefinition | undefined,
): CallInputs | undefined {
  const { name, fields } = entity.definition
  const of = `${name}.${operation}`
  if (action !== undefined) return new CallInputs(of, action.input)
  const visible = fields.filter(({ hidden }) => hidden !== true)
  const hidden = fields.filter(field => field.hidden === true).map(field => field.name)
  switch (crud) {
    case "create":
    case "update":
      return new CallInputs(
        of,
        settable(entity),
        // Printed without a value, and refused where it is sent: a page must not reveal hidden fields.
        hidden,
        fields.map(field => field.name),
      )
    case "list":
      return new CallInputs(
        of,
        Object.fromEntries(visible.map(field => [field.name, field.schema])),
        [...listParameters, ...entity.definition.relations.keys()],
        [],
        filterPath,
      )
    default:
      return undefined
  }
}
