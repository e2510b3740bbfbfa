// `call(todo, "toggle")`: one value that is an expression for the script and a form for browsers without it.

import { del, get, value as literalOf, patch, post, put } from "../../datastar/index.ts"
import { displayOf, type EntityClass, type EntityInstance } from "../../entity/index.ts"
import { type Child, type FormField, type Markup, raw } from "../../html/index.ts"
import { element, elementRecord, escapeHtml, onPassword } from "../../html/internal.ts"
import { Expression } from "../../shared/expression.ts"
import { isObject } from "../../shared/guards.ts"
import { needsApp } from "../../shared/responding.ts"
import type { Flash } from "../context/flash.ts"
import { currentRequest } from "../context/request-context.ts"
import type { ActionDefinition, MethodName } from "../contract/action.ts"
import type { HttpMethod } from "../contract/action-options.ts"
import { formKeyFrom, formSignal } from "../contract/form-keys.ts"
import type { Route } from "../contract/route.ts"
import { CallInputs } from "./call-inputs.ts"
import { type CallInput, type CallRoute, routeAt, routeOf } from "./call-route.ts"
import {
  type ChoiceAttributes,
  editInPlace,
  errorText,
  type FieldAttributes,
  fieldAttributes,
} from "./field-attributes.ts"
import type { FieldPlan } from "./field-plan.ts"
import { type FormAttributes, formAttributes } from "./form-attributes.ts"
import { idTexts } from "./id-texts.ts"
import { pageKeyField } from "./page-key.ts"
import { assertReachable, noAppError } from "./reach.ts"

const formRecord = elementRecord("form")
/** The attributes that say nothing of what `fieldAttributes` print, nor of the type of the field. */
const besideField: ReadonlySet<string> = new Set(
  "class aria-label aria-keyshortcuts placeholder title style lang dir autocomplete autocapitalize spellcheck inputmode enterkeyhint maxlength minlength pattern size min max step required readonly disabled tabindex".split(
    " ",
  ),
)

const requests = { GET: get, POST: post, PUT: put, PATCH: patch, DELETE: del }

/**
 * A call of an action or a CRUD route. As an attribute value it is the Datastar expression; `form` spreads over a
 * `<form>`, `field(name)` over an input in it, `error(name)` is the place for the field's message, `href` the plain URL.
 */
export class Call extends Expression<void> {
  readonly #route: CallRoute
  readonly #collection: string
  readonly #instance: EntityInstance | undefined
  readonly #input: Readonly<Record<string, unknown>> | undefined
  #formKey: string | undefined

  // A list makes three of these a row and uses one face of each, so every face is made on first use.
  constructor(
    route: CallRoute,
    collection: string,
    instance: EntityInstance | undefined,
    input: Readonly<Record<string, unknown>> | undefined,
  ) {
    super(Call.#write)
    this.#route = route
    this.#collection = collection
    this.#instance = instance
    this.#input = input
  }

  // The constructor gives it to this class alone.
  static readonly #write = (call: Expression): string => (call as Call).#request()

  #request(): string {
    const { method, confirm } = this.#route
    const path = this.#base + this.#route.suffix
    const request = requests[method](
      path,
      this.#input === undefined ? {} : { payload: this.#input },
    ).source
    return confirm === undefined ? request : `confirm(${literalOf(confirm).source}) && ${request}`
  }

  /** Method that the script uses. */
  get method(): HttpMethod {
    return this.#route.method
  }

  /** The default text of its button. */
  get label(): string {
    return this.#route.label
  }

  /** The icon of its button, as its action names it. */
  get icon(): ActionDefinition["icon"] {
    return this.#route.icon
  }

  /** Its effect, from the `description` of its action. */
  get description(): string | undefined {
    return this.#route.description
  }

  /** The display text of its entity; undefined for a class, and where no field names its entities. */
  get target(): string | undefined {
    const instance = this.#instance
    if (instance === undefined) return undefined
    // Entities keep the `constructor` that their class gave them.
    const { display } = (instance.constructor as unknown as EntityClass).definition
    return display === undefined ? undefined : displayOf(instance)
  }

  /** The fields of its form, in their order: what the schemas of its input say, and `field()` around them. */
  get fields(): readonly FormField[] {
    return this.#route.inputs?.fields.visible ?? []
  }

  /** The description in a form of the input named `name`; undefined for a part of a value object, and for what nothing declares. */
  describe(name: string): FormField | undefined {
    return this.#route.inputs?.fields.byName.get(name)
  }

  /** Path and query of the route, base path included. */
  get href(): string {
    return this.#base + this.#route.suffix + this.#query
  }

  /** Where a plain form posts to. */
  get #postHref(): string {
    return this.#base + this.#route.postSuffix + this.#query
  }

  /** The same in HTML. In parts, of which a list has only the id to look through. */
  get #postHtml(): string {
    const { postHtml } = this.#route
    const base = escapeHtml(this.#collection)
    const path = this.#instance === undefined ? base : `${base}/${idTexts(this.#instance).html}`
    return this.#input === undefined ? path + postHtml : path + postHtml + escapeHtml(this.#query)
  }

  get #base(): string {
    if (this.#instance === undefined) return this.#collection
    return `${this.#collection}/${idTexts(this.#instance).path}`
  }

  get #query(): string {
    return this.#input === undefined ? "" : queryOf(this.#input)
  }

  get #form(): string {
    if (this.#formKey === undefined) {
      const { entityName, operationName } = this.#route
      const short = this.#instance === undefined ? "" : idTexts(this.#instance).short
      this.#formKey = formKeyFrom(entityName, operationName, short)
    }
    return this.#formKey
  }

  /**
   * The hidden field with the page's idempotency key, for a form of your own: `<form {...create.form}>{create.key}…</form>`. A
   * browser without script that sends the form twice then runs it once. Empty outside of a page.
   */
  get key(): Markup {
    return raw(pageKeyField())
  }

  get form(): FormAttributes {
    const { formMethod, confirm } = this.#route
    return formAttributes(formMethod, this.#postHref, confirm)
  }

  /** The form around one button, or around one field. It has a key unless it is of one entity: the forms of a list stay light. */
  formAround(control: "button" | "field", content: Child): Markup {
    const row = this.#instance
    if (row !== undefined && this.#input === undefined) {
      const { before, after } = this.#route.rowTags(this.#collection)[control]
      return element(formRecord, before + idTexts(row).html + after, content)
    }
    const { before, after } = this.#route.formTags[control]
    const key = row === undefined ? pageKeyField() : ""
    return element(formRecord, before + this.#postHtml + after + key, content)
  }

  /** Attributes for the input named `name`. On an instance its current value is filled in. */
  field(name: string): FieldAttributes {
    return this.#field(name, false)
  }

  /** The same where it is the only field of its form: leaving a changed field of an `update` saves it, and Escape reverts it. */
  onlyField(name: string): FieldAttributes {
    return this.#field(name, this.#route.savesInPlace)
  }

  /**
   * The same as text, for an open tag that has the attributes `others` as well: a list prints it with each row. Undefined after a
   * refusal, and beside attributes that it may have as well, or that change its meaning.
   */
  onlyFieldText(name: string, others: object): string | undefined {
    for (const other in others) if (!besideField.has(other)) return undefined
    if (this.#flash() !== undefined) return undefined
    const plan = this.#route.field(name)
    const text = this.#route.fieldText(plan, this.#form)
    const value = this.#textOf(plan, undefined)
    return value === undefined ? text : `${text} value="${escapeHtml(value)}"`
  }

  #field(name: string, isInPlace: boolean): FieldAttributes {
    const plan = this.#route.field(name)
    const { secretName } = plan
    const form = this.#form
    const flash = this.#flash()
    const value = this.#textOf(plan, flash)
    const attributes = fieldAttributes(form, plan, flash)
    if (value !== undefined) attributes.value = value
    if (isInPlace) editInPlace(attributes)
    if (secretName !== undefined) attributes[onPassword] = { name, value, secretName }
    return attributes
  }

  /** Attributes for a checkbox, or for what holds radio buttons; whether one is chosen says `value(name)`. */
  choice(name: string): ChoiceAttributes {
    const plan = this.#route.field(name)
    const form = this.#form
    const { "data-effect": _, ...attributes } = fieldAttributes(form, plan, this.#flash())
    if (plan.edits) return attributes
    return {
      ...attributes,
      "data-effect": new Expression(`$${formSignal(form)} && (el.checked = el.defaultChecked)`),
    }
  }

  /**
   * The value for a field made by the application: the text typed before a refusal (a list where several fields have the
   * name), else what the instance holds; undefined when it is neither.
   */
  value(name: string): unknown {
    const plan = this.#route.field(name)
    return this.#flash()?.values[name] ?? (plan.edits ? this.#stored(plan) : undefined)
  }

  /** The message of one field, announced to screen readers. Empty until there is one; our stylesheet hides it then. */
  error(name: string): Markup {
    const { part } = this.#route.field(name)
    return raw(errorText(`${this.#form}_${part}`, this.#flash()?.errors[name]))
  }

  /** The text typed before a refusal, else the value of the instance. */
  #textOf(plan: FieldPlan, flash: Flash | undefined): string | undefined {
    const { name, edits } = plan
    const typed = flash?.values[name]
    if (typed !== undefined) return typeof typed === "string" ? typed : typed.at(-1)
    if (!edits) return undefined
    const value = this.#stored(plan)
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined
  }

  /** The value that the instance holds; of a part of a value object, that part's. */
  #stored({ path }: FieldPlan): unknown {
    let value: unknown = this.#instance
    for (const key of path) value = isObject(value) ? value[key] : undefined
    return value
  }

  #flash(): Flash | undefined {
    const flash = currentRequest()?.flash
    // Almost no request has one: the form's name is not made up only to be compared with nothing.
    return flash !== undefined && flash.form === this.#form ? flash : undefined
  }
}

function queryOf(input: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && !(value instanceof Expression)) params.append(name, String(value))
  }
  return params.size === 0 ? "" : `?${params}`
}

type InputOf<T, K> = K extends keyof T
  ? T[K] extends (input: infer I, ...rest: never[]) => unknown
    ? { readonly [P in keyof I]?: I[P] | Expression<I[P]> }
    : Record<string, never>
  : Readonly<Record<string, unknown>>

/**
 * A call of an instance's action, or of its `update` and `delete`.
 *
 * ```tsx
 * <button data-on:click={call(todo, "toggle")}>done</button>
 * <form {...call(todo, "delete").form}><button>×</button></form>
 * ```
 */
export function call<T extends EntityInstance, K extends MethodName<T> | "read">(
  target: T,
  operation: K,
  input?: InputOf<T, K>,
): Call
/** A call of a class's static action, or of its `create` and `list`. */
export function call<C extends EntityClass, K extends MethodName<C> | "list">(
  target: C,
  operation: K,
  input?: InputOf<C, K>,
): Call
export function call(
  target: EntityInstance | EntityClass,
  operation: string,
  input?: object,
): Call {
  const isClass = typeof target === "function"
  // Entities keep the `constructor` that their class gave them.
  const entity = isClass ? target : (target.constructor as unknown as EntityClass)
  const request = currentRequest()
  const route = routeOf(entity, isClass, operation)
  if (input !== undefined) route.inputs?.assertAll(input)
  // A test or a job has no app to check against.
  if (request === undefined)
    needsApp(() => noAppError(`call(${entity.definition.name}, "${operation}")`))
  else if (route.checkedFor !== request.app) {
    assertReachable(request.app, entity, operation, route.crud)
    route.checkedFor = request.app
  }
  const collection = `${request?.basePath ?? ""}/${entity.definition.plural}`
  const instance = isClass ? undefined : target
  // By name, as the overloads say.
  const values = input as Readonly<CallInput> | undefined
  if (!route.hasParameters) return new Call(route, collection, instance, values)
  const name = `${entity.definition.name}.${operation}`
  const { route: filled, rest } = route.filled(name, values)
  return new Call(filled, collection, instance, Object.keys(rest).length === 0 ? undefined : rest)
}

/** A call of a route that no entity has. `path` is without the base path; `owner` and `operation`, identifiers, name its form. */
export function callTo(
  {
    method,
    path,
    confirm,
    owner,
    operation,
    label,
    takes,
  }: {
    method: HttpMethod
    path: string
    confirm: string | undefined
    owner: string
    operation: string
    /** The text of its button. */
    label: string
    /** Its inputs, with the name of the route for messages; undefined where they are not known. */
    takes: { readonly name: string; readonly input: Route["input"] } | undefined
  },
  input: Readonly<Record<string, unknown>> | undefined,
): Call {
  const inputs = takes === undefined ? undefined : new CallInputs(takes.name, takes.input)
  if (input !== undefined) inputs?.assertAll(input)
  const route = routeAt(path, {
    method,
    confirm,
    entityName: owner,
    operationName: operation,
    label,
    inputs,
  })
  return new Call(route, currentRequest()?.basePath ?? "", undefined, input)
}
