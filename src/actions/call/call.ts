// `call(todo, "toggle")`: one value that is an expression for the script and a form for browsers without it.
import {
  del,
  get,
  js,
  value as literalOf,
  patch,
  post,
  put,
  sequence,
} from "../../datastar/index.ts"
import type { EntityClass, EntityInstance } from "../../entity/index.ts"
import {
  button,
  type Child,
  type ElementAttributes,
  escapeHtml,
  html,
  input,
  isPassword,
  type Markup,
  onPassword,
  raw,
  typeOf,
} from "../../html/index.ts"
import { needsApp } from "../../shared/answering.ts"
import { NitroError } from "../../shared/errors.ts"
import { Expression } from "../../shared/expression.ts"
import { suggest } from "../../shared/suggest.ts"
import type { AppState } from "../context/app-state.ts"
import { currentRequest } from "../context/request-context.ts"
import {
  type ActionDefinition,
  actionOf,
  type HttpMethod,
  type MethodName,
} from "../contract/action.ts"
import { fieldId, formKeyFrom, formSignal, identifier } from "../contract/form-keys.ts"
import type { CrudOperation, Route } from "../contract/route.ts"
import { isSecretName, secretPrefix } from "../input/secret-names.ts"
import { CallInputs, inputsOf } from "./call-inputs.ts"
import { pageKeyField } from "./page-key.ts"
import { assertReachable, noAppError } from "./reach.ts"

/** Attributes of the form face. Works without JavaScript: a POST to the action, answered with a redirect back. */
export interface FormAttributes {
  readonly method: "post" | "get"
  readonly action: string
  readonly "data-on:submit__prevent": Expression
}

/** Attributes of a checkbox or of a radio button's group, which say what is chosen by themselves. */
export interface ChoiceAttributes {
  readonly id: string
  readonly name: string
  readonly "aria-describedby": string
  readonly "aria-invalid"?: "true"
  readonly autofocus?: true
  readonly "data-attr:aria-invalid": Expression
  /** Clears the choice once a form that makes something new succeeded. */
  readonly "data-effect"?: Expression
}

/** Attributes of a field: its name, what was typed before a refusal, and its tie to the message. */
export interface FieldAttributes {
  readonly id: string
  readonly name: string
  readonly value?: string
  readonly "aria-describedby": string
  readonly "aria-invalid"?: "true"
  /** Of a refused field: of several, a browser focuses the first. */
  readonly autofocus?: true
  readonly "data-attr:aria-invalid": Expression
  readonly "data-effect": Expression
}

// The same for every form, so that a list of a hundred of them stays light: the address is read from the form.
const send = {
  get: js("@get(el.action, {contentType: 'form'})"),
  post: js("@post(el.action, {contentType: 'form'})"),
}
// For forms with any fields: one whose name or id is "action" would stand for the address.
const sendAnyForm = {
  get: js("@get(el.getAttribute('action'), {contentType: 'form'})"),
  post: js("@post(el.getAttribute('action'), {contentType: 'form'})"),
}
// What was typed while a form was under way must survive its success: only a value that is still the one sent is settled.
const rememberSent = js("[...el.elements].forEach(each => each.sent = each.value)")
const sendField = { get: sequence(rememberSent, send.get), post: sequence(rememberSent, send.post) }
const sendFields = {
  get: sequence(rememberSent, sendAnyForm.get),
  post: sequence(rememberSent, sendAnyForm.post),
}
// As ternaries, which need no escape in an attribute. A select has no default value: it keeps what was chosen.
const showDefault = "(el.value === el.sent ? el.value = el.defaultValue ?? el.value : 0)"
const keepAsDefault = "(el.value === el.sent ? el.defaultValue = el.value : 0)"

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

  // A list makes three of these a row and uses one face of each, so every face is made when it is asked for.
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
    return `${collection}/${segmentOf(this.#instance).html}${escapedPostSuffix}${query}`
  }

  get #base(): string {
    if (this.#instance === undefined) return this.#collection
    return `${this.#collection}/${segmentOf(this.#instance).path}`
  }

  get #query(): string {
    return this.#input === undefined ? "" : queryOf(this.#input)
  }

  get #form(): string {
    return formKeyFrom(
      this.#route.entityName,
      this.#route.operationName,
      String(this.#instance?.id ?? ""),
    )
  }

  /**
   * The hidden field with the page's idempotency key, for a form of your own: `<form {...create.form}>{create.key}…</form>`. A
   * browser without script that sends the form twice then runs it once. Empty outside of a page.
   */
  get key(): Markup {
    return raw(pageKeyField())
  }

  get form(): FormAttributes {
    const method = this.method === "GET" ? "get" : "post"
    return {
      method,
      action: this.#postHref,
      "data-on:submit__prevent": asking(sendFields[method], this.#route.confirm),
    }
  }

  /** Attributes for the input named `name`. On an instance its current value is filled in. */
  field(name: string): FieldAttributes {
    this.#route.inputs?.assert(name)
    const value = this.#valueOf(name)
    const effect = new Expression(`$${formSignal(this.#form)} && ${this.#settle(name)}`)
    const attributes = { ...this.#tied(name), "data-effect": effect }
    const given = value === undefined ? attributes : { ...attributes, value }
    // A password has no second name, since its own says what it is.
    return isSecretName(name)
      ? given
      : Object.assign(given, { [onPassword]: { name, value, secretName: secretPrefix + name } })
  }

  /** Attributes for a checkbox, or for what holds radio buttons; whether one is chosen says `value(name)`. */
  choice(name: string): ChoiceAttributes {
    this.#route.inputs?.assert(name)
    const attributes = this.#tied(name)
    if (this.#edits(name)) return attributes
    return {
      ...attributes,
      "data-effect": new Expression(
        `$${formSignal(this.#form)} && (el.checked = el.defaultChecked)`,
      ),
    }
  }

  #tied(name: string) {
    const id = fieldId(this.#form, name)
    return {
      id,
      name,
      "aria-describedby": `${id}_error`,
      ...(this.#flash()?.errors[name] !== undefined &&
        ({ "aria-invalid": "true", autofocus: true } as const)),
      "data-attr:aria-invalid": new Expression(`$_${id} ? 'true' : 'false'`),
    }
  }

  /**
   * What a field of its own making shows: what was typed before a refusal (a text, or a list where several fields have the
   * name), else what the instance holds; undefined when it is neither.
   */
  value(name: string): unknown {
    this.#route.inputs?.assert(name)
    return (
      this.#flash()?.values[name] ?? (this.#edits(name) ? this.#instanceValue?.[name] : undefined)
    )
  }

  /** The message of one field, announced to screen readers. Empty until there is one; our stylesheet hides it then. */
  error(name: string): Markup {
    this.#route.inputs?.assert(name)
    return raw(errorText(fieldId(this.#form, name), this.#flash()?.errors[name]))
  }

  /** A form that is one button: `{call(todo, "delete").button("Delete")}`. It takes no room of its own in a layout. */
  button(label: Child, attributes: ElementAttributes["button"] = {}): Markup {
    assertControl("button", attributes)
    const { buttonForm, anyButtonForm } = this.#route
    return html`${raw(this.#openForm(hidesAddress(attributes) ? anyButtonForm : buttonForm))}${button({ class: "btn", ...attributes }, label)}</form>`
  }

  /**
   * A form that is one field, sent by Enter, with the place for its message: `{call(Todo, "create").input("title")}`. Of an
   * `update` it also saves when the field is left, and Escape restores what the server last sent.
   */
  input(name: string, attributes: ElementAttributes["input"] = {}): Markup {
    assertControl("input", attributes)
    this.#route.inputs?.assert(name)
    // Written as text, because a list makes one for each row. What is not escaped here is an identifier or was escaped before.
    const form = this.#form
    const id = fieldId(form, name)
    const { fieldForm, anyFieldForm } = this.#route
    // What is typed into a password goes back to no page.
    const isSecret = isPassword(typeOf(attributes))
    const flash = this.#flash()
    const value = isSecret ? undefined : this.#valueOf(name, flash)
    const open = String(input({ class: "input", ...attributes })).slice(0, -1)
    const invalid = flash?.errors[name] === undefined ? "" : ' aria-invalid="true" autofocus'
    const valueText = value === undefined ? "" : ` value="${escapeHtml(value)}"`
    return raw(
      `${this.#openForm(name === "action" || hidesAddress(attributes) ? anyFieldForm : fieldForm)}${open} id="${id}" name="${escapeHtml(isSecret && !isSecretName(name) ? secretPrefix + name : name)}"${valueText}${invalid} aria-describedby="${id}_error"` +
        ` data-attr:aria-invalid="$_${id} ? 'true' : 'false'" data-effect="$${formSignal(form)} &amp;&amp; ${this.#settle(name)}"${this.#route.operationName === "update" ? editsInPlace(id) : ""}>` +
        `${errorText(id, flash?.errors[name])}</form>`,
    )
  }

  #openForm(rest: string): string {
    const open = `<form method="${this.method === "GET" ? "get" : "post"}" action="${this.#escapedPostHref}"${rest}`
    // The forms of rows do without: they are the same in a page and in the patches that many pages share.
    return this.#instance === undefined && this.method !== "GET" ? open + pageKeyField() : open
  }

  /** What a field does once its form succeeded. */
  #settle(name: string): string {
    return this.#edits(name) ? keepAsDefault : showDefault
  }

  /** What was typed before a refusal, else what the instance holds. */
  #valueOf(name: string, flash = this.#flash()): string | undefined {
    const typed = flash?.values[name]
    if (typed !== undefined) return typeof typed === "string" ? typed : typed.at(-1)
    if (!this.#edits(name)) return undefined
    let value: unknown = this.#instance
    // `address.city` is a part of a value object.
    for (const key of name.includes(".") ? name.split(".") : [name])
      value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key]
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined
  }

  get #instanceValue(): Readonly<Record<string, unknown>> | undefined {
    return this.#instance as unknown as Readonly<Record<string, unknown>> | undefined
  }

  /**
   * Whether it is an update of this field of the instance: then it shows what is stored, and keeps what was saved. The input of
   * any other action makes something else of it (a comment on an article), so it starts empty and is cleared. Never a hidden field.
   */
  #edits(name: string): boolean {
    if (this.#instance === undefined || this.#route.crud !== "update") return false
    return this.#route.hidden?.has(name.split(".", 1)[0] as string) !== true
  }

  #flash() {
    const flash = currentRequest()?.flash
    // Almost no request has one: the form's name is not made up only to be compared with nothing.
    return flash !== undefined && flash.form === this.#form ? flash : undefined
  }
}

/** Whether `form.action` is a control of these attributes, and no longer the address of its form. */
function hidesAddress(attributes: { readonly name?: unknown; readonly id?: unknown }): boolean {
  return attributes.name === "action" || attributes.id === "action"
}

function errorText(id: string, message: string | undefined): string {
  if (message === undefined) return `<p id="${id}_error" role="alert" data-text="$_${id}"></p>`
  return String(
    html`<p id="${id}_error" role="alert" data-signals="${{ [`_${id}`]: message }}" data-text="${js(`$_${id}`)}">${message}</p>`,
  )
}

interface Segment {
  readonly id: unknown
  /** The id in a path, and that in an attribute. */
  readonly path: string
  readonly html: string
}

// The calls of one row follow each other.
let lastSegment: Segment = { id: "", path: "", html: "" }

function segmentOf({ id }: EntityInstance): Segment {
  if (id === lastSegment.id) return lastSegment
  const text = String(id)
  const path = /^[\w-]+$/.test(text) ? text : encodeURIComponent(text)
  lastSegment = { id, path, html: path === text ? text : escapeHtml(path) }
  return lastSegment
}

/** Types that would print a form which nothing sends, or which holds nothing to send. */
const dead: Readonly<
  Record<"button" | "input", { readonly types: ReadonlySet<unknown>; readonly fix: string }>
> = {
  button: {
    types: new Set(["button", "reset"]),
    fix: 'Leave `type` out. For a button that only runs an expression write <button type="button" data-on:click={…}>.',
  },
  input: {
    types: new Set(["button", "reset", "submit", "image", "hidden"]),
    fix: "Leave `type` out, or give that of a field. For a form that is one button write call(…).button(…).",
  },
}

/** @throws NITRO_CALL_CONTROL */
function assertControl(face: "button" | "input", attributes: object): void {
  const type = typeOf(attributes)
  if (typeof type !== "string" || !dead[face].types.has(type.toLowerCase())) return
  throw new NitroError(
    "NITRO_CALL_CONTROL",
    `call(…).${face}(…) with type ${JSON.stringify(type)} would print a form that does nothing.`,
    {
      fix: dead[face].fix,
    },
  )
}

/** Leaving a changed field sends its form, as Enter does; Escape takes the change and its message back. `id` needs no escape. */
function editsInPlace(id: string): string {
  return ` data-on:change="el.form.requestSubmit()" data-on:keydown="evt.key == 'Escape' ? ($_${id} = '', el.value = el.defaultValue) : 0"`
}

function queryOf(input: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && !(value instanceof Expression)) params.append(name, String(value))
  }
  return params.size === 0 ? "" : `?${params}`
}

function asking(request: Expression, confirm: string | undefined): Expression {
  // As a branch, since the request may be a sequence of statements.
  return confirm === undefined
    ? request
    : js(`if (confirm(${literalOf(confirm).source})) { ${request.source} }`)
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
  // In a test or a job there is no app to ask.
  if (request === undefined)
    needsApp(() => noAppError(`call(${entity.definition.name}, "${operation}")`))
  else if (route.checkedFor !== request.app) {
    assertReachable(request.app, entity, operation, route.crud)
    route.checkedFor = request.app
  }
  return new Call(
    route,
    `${request?.basePath ?? ""}/${entity.definition.plural}`,
    isClass ? undefined : target,
    input as Readonly<Record<string, unknown>> | undefined,
  )
}

/** What all calls of one operation share. */
interface CallRoute {
  readonly method: HttpMethod
  /** Behind the collection's or the entity's path: `/toggle`, or nothing. */
  readonly suffix: string
  /** The same where a plain form posts to. */
  readonly postSuffix: string
  readonly escapedPostSuffix: string
  readonly confirm: string | undefined
  readonly entityName: string
  readonly operationName: string
  /** The names it can send; undefined where they are not known. */
  readonly inputs: CallInputs | undefined
  /** The CRUD operation that it is; undefined for an action. */
  readonly crud: CrudOperation | undefined
  /** The last app that was seen to have the route: a list makes the same call for each row. */
  checkedFor: AppState | undefined
  /** The hidden fields of its entity; undefined for most, which have none. */
  readonly hidden: ReadonlySet<string> | undefined
  /** The rest of the open tag, behind its address: of a form that is one button, and of one with a field. */
  readonly buttonForm: string
  readonly fieldForm: string
  /** The same where the button or the field hides `form.action`. */
  readonly anyButtonForm: string
  readonly anyFieldForm: string
}

const routes = new WeakMap<EntityClass, Map<string, CallRoute>>()

function routeOf(entity: EntityClass, isClass: boolean, operation: string): CallRoute {
  let known = routes.get(entity)
  if (known === undefined) {
    known = new Map()
    routes.set(entity, known)
  }
  const key = isClass ? `.${operation}` : operation
  let route = known.get(key)
  if (route === undefined) {
    const { action, ...paths } = methodAndPaths(entity, isClass, operation)
    const inputs = inputsOf(entity, operation, paths.crud, action)
    route = withForms(
      paths,
      identifier(entity.definition.name),
      identifier(operation),
      inputs,
      hiddenOf(entity),
    )
    known.set(key, route)
  }
  return route
}

type Paths = Pick<CallRoute, "method" | "suffix" | "postSuffix" | "confirm" | "crud">

function hiddenOf(entity: EntityClass): ReadonlySet<string> {
  return new Set(
    entity.definition.fields.filter(field => field.hidden === true).map(field => field.name),
  )
}

function withForms(
  paths: Paths,
  entityName: string,
  operationName: string,
  inputs: CallInputs | undefined,
  hidden?: ReadonlySet<string>,
): CallRoute {
  return {
    ...paths,
    escapedPostSuffix: escapeHtml(paths.postSuffix),
    inputs,
    checkedFor: undefined,
    hidden: hidden === undefined || hidden.size === 0 ? undefined : hidden,
    entityName,
    operationName,
    buttonForm: ` data-form="button"${submitAttribute(send, paths)}>`,
    anyButtonForm: ` data-form="button"${submitAttribute(sendAnyForm, paths)}>`,
    fieldForm: ` class="field"${submitAttribute(sendField, paths)}>`,
    anyFieldForm: ` class="field"${submitAttribute(sendFields, paths)}>`,
  }
}

/** A call of a route that no entity has. `path` is without the base path; `owner` and `operation`, identifiers, name its form. */
export function callTo(
  {
    method,
    path,
    confirm,
    owner,
    operation,
    takes,
  }: {
    method: HttpMethod
    path: string
    confirm: string | undefined
    owner: string
    operation: string
    /** Its inputs, with the name of the route for messages; undefined where they are not known. */
    takes: { readonly name: string; readonly input: Route["input"] } | undefined
  },
  input: Readonly<Record<string, unknown>> | undefined,
): Call {
  const inputs = takes === undefined ? undefined : new CallInputs(takes.name, takes.input)
  if (input !== undefined) inputs?.assertAll(input)
  const route = withForms(
    { method, suffix: path, postSuffix: path, confirm, crud: undefined },
    owner,
    operation,
    inputs,
  )
  return new Call(route, currentRequest()?.basePath ?? "", undefined, input)
}

function submitAttribute(
  expressions: Readonly<Record<"get" | "post", Expression>>,
  { method, confirm }: Pick<CallRoute, "method" | "confirm">,
): string {
  const { source } = asking(expressions[method === "GET" ? "get" : "post"], confirm)
  // Our own text needs no escape between double quotes, and a list repeats it with every row; a question is somebody's text.
  return ` data-on:submit__prevent="${confirm === undefined ? source : escapeHtml(source)}"`
}

const crud: Record<
  "class" | "instance",
  Record<string, Pick<CallRoute, "method" | "suffix" | "postSuffix">>
> = {
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

function methodAndPaths(
  entity: EntityClass,
  isClass: boolean,
  operation: string,
): Paths & { readonly action: ActionDefinition | undefined } {
  const holder = (isClass ? entity : entity.prototype) as unknown as Record<string, unknown>
  const action = actionOf(holder[operation])
  if (action) {
    const path = `/${action.path}`
    return {
      method: action.method,
      suffix: path,
      postSuffix: path,
      confirm: action.confirm,
      crud: undefined,
      action,
    }
  }
  const offered = crud[isClass ? "class" : "instance"]
  if (Object.hasOwn(offered, operation)) {
    return {
      ...(offered[operation] as (typeof offered)[string]),
      confirm: undefined,
      crud: operation as CrudOperation,
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
