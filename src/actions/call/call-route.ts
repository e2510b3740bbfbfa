// The parts shared by all calls of one operation: its paths, its inputs, its fields and the open tags of its forms.

import type { EntityClass } from "../../entity/index.ts"
import { escapeHtml } from "../../html/internal.ts"
import { beforeFirst } from "../../shared/before-first.ts"
import { NitroError } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"
import { midSentence } from "../../shared/words.ts"
import type { AppState } from "../context/app-state.ts"
import { type ActionDefinition, actionOf } from "../contract/action.ts"
import type { HttpMethod } from "../contract/action-options.ts"
import { identifier } from "../contract/form-keys.ts"
import type { CrudOperation } from "../contract/route.ts"
import { type CallInputs, inputsOf } from "./call-inputs.ts"
import { fieldParts } from "./field-attributes.ts"
import { type FieldPlan, planField } from "./field-plan.ts"
import { type FormMethod, type FormTags, formTags, tagAround } from "./form-attributes.ts"

interface Paths {
  readonly method: HttpMethod
  /** Behind the collection's or the entity's path: `/toggle`, or nothing. */
  readonly suffix: string
  /** The same where a plain form posts to. */
  readonly postSuffix: string
}

export type CallInput = Record<string, unknown>

interface Operation extends Paths {
  /** Inputs that stand in the path. */
  readonly pathInputs?: readonly string[]
  /** A question that the browser shows before it sends. */
  readonly confirm: string | undefined
  /** The CRUD operation that it is; undefined for an action. */
  readonly crud: CrudOperation | undefined
  /** The text and look of its button. */
  readonly label: string
  readonly icon?: ActionDefinition["icon"]
  readonly description?: string | undefined
}

interface CallRouteParts extends Operation {
  /** Two identifiers, of which the names of its forms are made. */
  readonly entityName: string
  readonly operationName: string
  /** The names it can send; undefined where they are not known. */
  readonly inputs: CallInputs | undefined
  /** The hidden fields of its entity, which no page may show. */
  readonly hidden: ReadonlySet<string>
}

export class CallRoute {
  readonly method: HttpMethod
  readonly suffix: string
  readonly postSuffix: string
  readonly confirm: string | undefined
  readonly crud: CrudOperation | undefined
  readonly label: string
  readonly icon: ActionDefinition["icon"]
  readonly description: string | undefined
  readonly entityName: string
  readonly operationName: string
  readonly inputs: CallInputs | undefined
  /** `postSuffix` in HTML. */
  readonly postHtml: string
  readonly formMethod: FormMethod
  /** Of its forms around one control. */
  readonly formTags: FormTags
  /** The last app that was seen to have the route: a list makes the same call for each row. */
  checkedFor: AppState | undefined
  readonly #parts: CallRouteParts
  readonly #hidden: ReadonlySet<string>
  readonly #fields = new Map<string, FieldPlan>()
  readonly #fieldParts = new Map<FieldPlan, readonly string[]>()
  #rowTags: { readonly collection: string; readonly tags: FormTags } | undefined

  constructor(parts: CallRouteParts) {
    this.#parts = parts
    this.method = parts.method
    this.suffix = parts.suffix
    this.postSuffix = parts.postSuffix
    this.confirm = parts.confirm
    this.crud = parts.crud
    this.label = parts.label
    this.icon = parts.icon
    this.description = parts.description
    this.entityName = parts.entityName
    this.operationName = parts.operationName
    this.inputs = parts.inputs
    this.postHtml = escapeHtml(parts.postSuffix)
    this.formMethod = parts.method === "GET" ? "get" : "post"
    this.formTags = formTags(this.formMethod, parts.confirm)
    this.checkedFor = undefined
    this.#hidden = parts.hidden
  }

  /**
   * The route with its parameters filled in, and the inputs that are left. @throws NITRO_CALL_INPUT where a parameter has no value,
   * or one that only the page knows
   */
  filled(name: string, input: CallInput | undefined): { route: CallRoute; rest: CallInput } {
    const { pathInputs = [], suffix, inputs } = this.#parts
    const rest = { ...input }
    let path = suffix
    for (const parameter of pathInputs) {
      const value = rest[parameter]
      delete rest[parameter]
      const text = typeof value === "object" ? "" : String(value ?? "")
      if (text === "")
        throw new NitroError(
          "NITRO_CALL_INPUT",
          `${name} needs a value for ":${parameter}", which stands in its address.`,
          { fix: `Write call(…, { ${parameter}: … }) with a text or a number.` },
        )
      // The address is put into expressions as it is.
      const segment = encodeURIComponent(text).replace(/'/g, "%27")
      path = path.replace(`/:${parameter}`, () => `/${segment}`)
    }
    const parts = { ...this.#parts, suffix: path, postSuffix: path, inputs }
    return { route: new CallRoute({ ...parts, pathInputs: [] }), rest }
  }

  get hasParameters(): boolean {
    return (this.#parts.pathInputs?.length ?? 0) > 0
  }

  /** @throws NITRO_CALL_INPUT for a name that the operation does not take. */
  field(name: string): FieldPlan {
    let plan = this.#fields.get(name)
    if (plan === undefined) {
      this.inputs?.assert(name)
      plan = planField(name, this.#edits(name))
      this.#fields.set(name, plan)
    }
    return plan
  }

  /** Of the forms of rows around one control, for the collection at the path `collection`: what stands before the id, and behind it. */
  rowTags(collection: string): FormTags {
    if (this.#rowTags?.collection !== collection) {
      const before = `${escapeHtml(collection)}/`
      const { button, field } = this.formTags
      this.#rowTags = {
        collection,
        tags: {
          button: tagAround(button, before, this.postHtml),
          field: tagAround(field, before, this.postHtml),
        },
      }
    }
    return this.#rowTags.tags
  }

  /** The attributes of the only field of a form with the name `form`, but for its value, in HTML. */
  fieldText(plan: FieldPlan, form: string): string {
    let parts = this.#fieldParts.get(plan)
    if (parts === undefined) {
      parts = fieldParts(plan, this.savesInPlace)
      this.#fieldParts.set(plan, parts)
    }
    let text = parts[0] ?? ""
    for (let i = 1; i < parts.length; i++) text += form + parts[i]
    return text
  }

  /** Whether leaving the only field of its form saves it. */
  get savesInPlace(): boolean {
    return this.operationName === "update"
  }

  #edits(name: string): boolean {
    return this.crud === "update" && !this.#hidden.has(beforeFirst(name, "."))
  }
}

const none: ReadonlySet<string> = new Set()

/** The route of a call that no entity has. `path` is without the base path. */
export function routeAt(
  path: string,
  parts: Omit<CallRouteParts, "suffix" | "postSuffix" | "crud" | "hidden">,
): CallRoute {
  return new CallRoute({ ...parts, suffix: path, postSuffix: path, crud: undefined, hidden: none })
}

const routes = new WeakMap<EntityClass, Map<string, CallRoute>>()

/** @throws NITRO_NOT_AN_ACTION */
export function routeOf(entity: EntityClass, isClass: boolean, operation: string): CallRoute {
  let routesByName = routes.get(entity)
  if (routesByName === undefined) {
    routesByName = new Map()
    routes.set(entity, routesByName)
  }
  const key = isClass ? `.${operation}` : operation
  let route = routesByName.get(key)
  if (route === undefined) {
    const { action, ...details } = findOperation(entity, isClass, operation)
    const { name, fields } = entity.definition
    route = new CallRoute({
      ...details,
      entityName: identifier(name),
      operationName: identifier(operation),
      inputs: inputsOf(entity, operation, details.crud, action),
      hidden: new Set(fields.filter(field => field.hidden === true).map(field => field.name)),
    })
    routesByName.set(key, route)
  }
  return route
}

const crud: Record<"class" | "instance", Record<string, Paths>> = {
  class: {
    list: { method: "GET", suffix: "", postSuffix: "" },
    create: { method: "POST", suffix: "", postSuffix: "" },
  },
  instance: {
    read: { method: "GET", suffix: "", postSuffix: "" },
    update: { method: "PATCH", suffix: "", postSuffix: "/update" },
    delete: { method: "DELETE", suffix: "", postSuffix: "/delete" },
  },
}

/** The texts of a button or a form of the operation. */
function crudLabel({ definition }: EntityClass, operation: CrudOperation): string {
  const { label, labelPlural } = definition
  const labels: Record<CrudOperation, string> = {
    create: `Add ${midSentence(label)}`,
    update: "Save",
    delete: "Delete",
    list: labelPlural,
    read: label,
  }
  return labels[operation]
}

function findOperation(
  entity: EntityClass,
  isClass: boolean,
  operation: string,
): Operation & { readonly action: ActionDefinition | undefined } {
  // Looked at by name: `actionOf` says what is a method.
  const holder = (isClass ? entity : entity.prototype) as unknown as Record<string, unknown>
  const action = actionOf(holder[operation])
  if (action) {
    const path = `/${action.path}`
    return {
      method: action.method,
      suffix: path,
      postSuffix: path,
      pathInputs: action.pathInputs,
      confirm: action.confirm,
      label: action.label,
      icon: action.icon,
      description: action.description,
      crud: undefined,
      action,
    }
  }
  const offered = crud[isClass ? "class" : "instance"]
  const paths = Object.hasOwn(offered, operation) ? offered[operation] : undefined
  if (paths !== undefined) {
    // The table has no other names.
    const crudOperation = operation as CrudOperation
    return {
      ...paths,
      confirm: undefined,
      label: crudLabel(entity, crudOperation),
      crud: crudOperation,
      action: undefined,
    }
  }
  const { name } = entity.definition
  throw new NitroError(
    "NITRO_NOT_AN_ACTION",
    `${name}.${operation} is not an action: nothing outside may call it.`,
    {
      fix: `Mark it with @action(), or with static { action(this, "${operation}") } in ${name}. ${suggest(operation, Object.keys(offered))}`,
    },
  )
}
