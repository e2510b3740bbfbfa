// `call(todo, "toggle")`: one value that is an expression for the script and a form for browsers without it.
import { del, get, value as literalOf, patch, post, put } from "../../datastar/index.ts"
import { displayOf, type EntityClass, type EntityInstance } from "../../entity/index.ts"
import {
  button,
  type Child,
  type ElementAttributes,
  type FormField,
  html,
  input,
  type Markup,
  raw,
} from "../../html/index.ts"
import { escapeHtml, isPassword, onPassword, typeOf } from "../../html/internal.ts"
import { Expression } from "../../shared/expression.ts"
import { needsApp } from "../../shared/responding.ts"
import type { Flash } from "../context/flash.ts"
import { currentRequest } from "../context/request-context.ts"
import type { ActionDefinition, MethodName } from "../contract/action.ts"
import type { HttpMethod } from "../contract/action-options.ts"
import { formKeyFrom, formSignal } from "../contract/form-keys.ts"
import type { Route } from "../contract/route.ts"
import { CallInputs } from "./call-inputs.ts"
import { type CallInput, type CallRoute, routeAt, routeOf } from "./call-route.ts"
import { assertControl, hidesAddress } from "./control.ts"
import {
  type ChoiceAttributes,
  commonAttributes,
  editsInPlace,
  errorText,
  type FieldAttributes,
} from "./field-attributes.ts"
import type { FieldPlan } from "./field-plan.ts"
import { type FormAttributes, formAttributes } from "./form-attributes.ts"
import { idTexts } from "./id-texts.ts"
import { pageKeyField } from "./page-key.ts"
import { assertReachable, noAppError } from "./reach.ts"

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
    const { display } = (instance.constructor as unknown as EntityClass).definition
    return display === undefined ? undefined : displayOf(instance)
  }

  /** The fields of its form, in their order: what the schemas of its input say, and `field()` around them. */
  get fields(): readonly FormField[] {
    return this.#route.inputs?.fields.shown ?? []
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

  /** The same, escaped: part by part, since nearly all are known to need no escape, and a list prints it with each form. */
  get #escapedPostHref(): string {
    const { escapedPostSuffix } = this.#route
    const query = this.#input === undefined ? "" : escapeHtml(this.#query)
    const collection = escapeHtml(this.#collection)
    if (this.#instance === undefined) return collection + escapedPostSuffix + query
    return `${collection}/${idTexts(this.#instance).html}${escapedPostSuffix}${query}`
  }

  get #base(): string {
    if (this.#instance === undefined) return this.#collection
    return `${this.#collection}/${idTexts(this.#instance).path}`
  }

  get #query(): string {
    return this.#input === undefined ? "" : queryOf(this.#input)
  }

  get #form(): string {
    const { entityName, operationName } = this.#route
    const short = this.#instance === undefined ? "" : idTexts(this.#instance).short
    return formKeyFrom(entityName, operationName, short)
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

  /** Attributes for the input named `name`. On an instance its current value is filled in. */
  field(name: string): FieldAttributes {
    const plan = this.#route.field(name)
    const { secretName, settle } = plan
    const form = this.#form
    const flash = this.#flash()
    const value = this.#textOf(plan, flash)
    const effect = new Expression(`$${formSignal(form)} && ${settle}`)
    const attributes = { ...commonAttributes(form, plan, flash), "data-effect": effect }
    const given = value === undefined ? attributes : { ...attributes, value }
    return secretName === undefined
      ? given
      : Object.assign(given, { [onPassword]: { name, value, secretName } })
  }

  /** Attributes for a checkbox, or for what holds radio buttons; whether one is chosen says `value(name)`. */
  choice(name: string): ChoiceAttributes {
    const plan = this.#route.field(name)
    const form = this.#form
    const attributes = commonAttributes(form, plan, this.#flash())
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
    const { edits } = this.#route.field(name)
    const instance = this.#instance as unknown as Readonly<Record<string, unknown>> | undefined
    return this.#flash()?.values[name] ?? (edits ? instance?.[name] : undefined)
  }

  /** The message of one field, announced to screen readers. Empty until there is one; our stylesheet hides it then. */
  error(name: string): Markup {
    const { part } = this.#route.field(name)
    return raw(errorText(`${this.#form}_${part}`, this.#flash()?.errors[name]))
  }

  /** A form that is one button: `{call(todo, "delete").button("Delete")}`. It takes no additional room in a layout. */
  button(label: Child, attributes: ElementAttributes["button"] = {}): Markup {
    assertControl("button", attributes)
    const { tags } = this.#route
    return html`${raw(this.#openForm(hidesAddress(attributes) ? tags.anyButton : tags.button))}${button({ class: "btn", ...attributes }, label)}</form>`
  }

  /**
   * A form that is one field, sent by Enter, with the place for its message: `{call(Todo, "create").input("title")}`. Of an
   * `update` it also saves when the field is left, and Escape restores what the server last sent.
   */
  input(name: string, attributes: ElementAttributes["input"] = {}): Markup {
    assertControl("input", attributes)
    const plan = this.#route.field(name)
    const { tags, operationName } = this.#route
    // Written as text, because a list makes one for each row. Unescaped parts are identifiers or were escaped before.
    const form = this.#form
    const id = `${form}_${plan.part}`
    // Text typed into a password is never sent back to a page.
    const isSecret = isPassword(typeOf(attributes))
    const flash = this.#flash()
    const value = isSecret ? undefined : this.#textOf(plan, flash)
    const open = String(input({ class: "input", ...attributes })).slice(0, -1)
    const invalid = flash?.errors[name] === undefined ? "" : ' aria-invalid="true" autofocus'
    const valueText = value === undefined ? "" : ` value="${escapeHtml(value)}"`
    return raw(
      `${this.#openForm(name === "action" || hidesAddress(attributes) ? tags.anyField : tags.field)}${open} id="${id}" name="${isSecret ? plan.escapedSecretName : plan.escapedName}"${valueText}${invalid} aria-describedby="${id}_error"` +
        ` data-attr:aria-invalid="$_${id} ? 'true' : 'false'" data-effect="$${formSignal(form)} &amp;&amp; ${plan.settle}"${operationName === "update" ? editsInPlace(id) : ""}>` +
        `${errorText(id, flash?.errors[name])}</form>`,
    )
  }

  #openForm(rest: string): string {
    const { formMethod } = this.#route
    const open = `<form method="${formMethod}" action="${this.#escapedPostHref}"${rest}`
    // The forms of rows do without: they are the same in a page and in the patches that many pages share.
    return this.#instance === undefined && formMethod === "post" ? open + pageKeyField() : open
  }

  /** The text typed before a refusal, else the value of the instance. */
  #textOf({ name, path, edits }: FieldPlan, flash: Flash | undefined): string | undefined {
    const typed = flash?.values[name]
    if (typed !== undefined) return typeof typed === "string" ? typed : typed.at(-1)
    if (!edits) return undefined
    let value: unknown = this.#instance
    for (const key of path)
      value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key]
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined
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
  if (!route.hasParameters)
    return new Call(route, collection, instance, input as Readonly<CallInput> | undefined)
  const name = `${entity.definition.name}.${operation}`
  const { route: filled, rest } = route.filled(name, input as CallInput | undefined)
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
