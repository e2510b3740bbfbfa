// `call(todo, "toggle")`: one value that is an expression for the script and a form for browsers without it.
import { del, get, js, patch, post, put, sequence, value } from "../datastar/index.ts"
import type { EntityClass, EntityInstance } from "../entity/index.ts"
import { type Child, type ElementAttributes, html, type Markup } from "../html/index.ts"
import { NitroError } from "../shared/errors.ts"
import { Expression } from "../shared/expression.ts"
import { suggest } from "../shared/suggest.ts"
import { actionOf, type HttpMethod, type MethodName } from "./action.ts"
import { formId, formKey, formsSignal } from "./form-keys.ts"
import { currentRequest } from "./request-context.ts"

/** Attributes of the form face. Works without JavaScript: a POST to the action, answered with a redirect back. */
export interface FormAttributes {
  readonly method: "post" | "get"
  readonly action: string
  readonly "data-on:submit__prevent": Expression
}

/** Attributes of a field: its name, what was typed before a refusal, and its tie to the message. */
export interface FieldAttributes {
  readonly id: string
  readonly name: string
  readonly value?: string
  readonly "aria-describedby": string
  readonly "data-signals__ifmissing": Record<string, unknown>
  readonly "data-attr:aria-invalid": Expression
  readonly "data-effect": Expression
}

// What was typed while a form was under way must survive its success: only a value that is still the one sent is settled.
const rememberSent = js("[...el.elements].forEach(field => field.sent = field.value)")
const showDefault = "(el.value = el.defaultValue)"
const keepAsDefault = "(el.defaultValue = el.value)"

const requests = { GET: get, POST: post, PUT: put, PATCH: patch, DELETE: del }

/**
 * A call of an action or a CRUD route. As an attribute value it is the Datastar expression; `form` spreads over a
 * `<form>`, `field(name)` over an input in it, `error(name)` is the place for the field's message, `href` the plain URL.
 */
export class Call extends Expression<void> {
  /** Method that the script uses. */
  readonly method: HttpMethod
  /** Path and query of the route, base path included. */
  readonly href: string
  readonly #form: string
  readonly #postHref: string
  /** The form makes something new, so it is empty again once it succeeded; another keeps showing what it saved. */
  readonly #isCreate: boolean
  readonly #confirm: string | undefined
  readonly #values: Readonly<Record<string, unknown>>

  constructor(target: CallTarget, input: Readonly<Record<string, unknown>>) {
    const { method, path, postPath, confirm, form } = target
    super(confirmed(requests[method](path, Object.keys(input).length > 0 ? { payload: input } : {}), confirm).source)
    const params = new URLSearchParams()
    for (const [name, value] of Object.entries(input)) {
      if (value !== undefined && !(value instanceof Expression)) params.append(name, String(value))
    }
    const query = params.size === 0 ? "" : `?${params}`
    this.method = method
    this.href = path + query
    this.#postHref = postPath + query
    this.#form = form
    this.#isCreate = target.isClass
    this.#confirm = confirm
    this.#values = target.values
  }

  get form(): FormAttributes {
    const method = this.method === "GET" ? "get" : "post"
    const submit = requests[method === "get" ? "GET" : "POST"](this.#postHref, { contentType: "form" })
    const send = confirmed(submit, this.#confirm)
    return { method, action: this.#postHref, "data-on:submit__prevent": sequence(rememberSent, send) }
  }

  /** Attributes for the input named `name`. On an instance its current value is filled in. */
  field(name: string): FieldAttributes {
    const key = formKey(this.#form)
    const error = errorOf(key, name)
    const typed = this.#flash()?.values[name]
    const current = this.#values[name]
    const value = typed ?? (typeof current === "string" || typeof current === "number" ? String(current) : undefined)
    return {
      id: `${this.#form}-${name}`,
      name,
      ...(value === undefined ? {} : { value }),
      "aria-describedby": `${this.#form}-${name}-error`,
      "data-signals__ifmissing": this.#signals(name),
      "data-attr:aria-invalid": js(`${error} ? 'true' : 'false'`),
      "data-effect": js(`$${formsSignal}.${key}.done && el.value === el.sent && ${this.#isCreate ? showDefault : keepAsDefault}`),
    }
  }

  /** The message of one field, announced to screen readers; empty and hidden until there is one. */
  error(name: string): Markup {
    const message = this.#flash()?.errors[name] ?? ""
    const error = js(errorOf(formKey(this.#form), name))
    return html`<p id="${this.#form}-${name}-error" class="field-error" role="alert" style="${message === "" ? { display: "none" } : {}}" data-signals__ifmissing="${this.#signals(name)}" data-show="${js(`${error.source} !== ''`)}" data-text="${error}">${message}</p>`
  }

  /** A form that is one button: `{call(todo, "delete").button("Delete")}`. It takes no room of its own in a layout. */
  button(label: Child, attributes: ElementAttributes["button"] = {}): Markup {
    return html`<form ${this.form} style="display: contents"><button ${{ class: "btn", ...attributes }}>${label}</button></form>`
  }

  /** A form that is one field, sent by Enter, with the place for its message: `{call(Todo, "create").input("title")}`. */
  input(name: string, attributes: ElementAttributes["input"] = {}): Markup {
    return html`<form ${this.form} class="field"><input ${{ class: "input", ...attributes, ...this.field(name) }}>${this.error(name)}</form>`
  }

  #flash() {
    const flash = currentRequest()?.flash
    return flash?.form === this.#form ? flash : undefined
  }

  #signals(name: string): Record<string, unknown> {
    const message = this.#flash()?.errors[name] ?? ""
    return { [formsSignal]: { [formKey(this.#form)]: { done: 0, errors: { [name]: message } } } }
  }
}

function errorOf(key: string, name: string): string {
  return `$${formsSignal}.${key}.errors.${formKey(name)}`
}

function confirmed(request: Expression, question: string | undefined): Expression {
  return question === undefined ? request : js(`confirm(${value(question).source}) && ${request.source}`)
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
export function call<T extends EntityInstance, K extends MethodName<T> | "read">(target: T, operation: K, input?: InputOf<T, K>): Call
/** A call of a class's static action, or of its `create` and `list`. */
export function call<C extends EntityClass, K extends MethodName<C> | "list">(target: C, operation: K, input?: InputOf<C, K>): Call
export function call(target: EntityInstance | EntityClass, operation: string, input: object = {}): Call {
  const isClass = typeof target === "function"
  const entity = isClass ? target : (target.constructor as unknown as EntityClass)
  return new Call(targetOf(entity, isClass ? undefined : target, operation), input as Readonly<Record<string, unknown>>)
}

interface CallTarget {
  readonly method: HttpMethod
  readonly path: string
  /** Where a plain form posts to. */
  readonly postPath: string
  readonly confirm: string | undefined
  readonly form: string
  readonly isClass: boolean
  /** Current values of the instance. */
  readonly values: Readonly<Record<string, unknown>>
}

const classOperations = new Set(["create", "list"])
const instanceOperations = new Set(["update", "delete", "read"])

function targetOf(entity: EntityClass, instance: EntityInstance | undefined, operation: string): CallTarget {
  const id = instance?.id ?? ""
  const collection = `${currentRequest()?.basePath ?? ""}/${entity.definition.plural}`
  const base = instance ? `${collection}/${encodeURIComponent(id)}` : collection
  const common = {
    form: formId(entity, operation, id),
    isClass: !instance,
    confirm: undefined,
    values: (instance ?? {}) as Record<string, unknown>,
  }
  const method = (instance ?? entity) as unknown as Record<string, unknown>
  const action = actionOf(method[operation])
  if (action) {
    const path = `${base}/${action.path}`
    return { ...common, method: action.method, path, postPath: path, confirm: action.confirm }
  }
  const crud = instance ? instanceOperations : classOperations
  if (!crud.has(operation)) throw notAnAction(entity, operation, Object.keys(method))
  switch (operation) {
    case "create":
      return { ...common, method: "POST", path: base, postPath: base }
    case "update":
      return { ...common, method: "PATCH", path: base, postPath: `${base}/update` }
    case "delete":
      return { ...common, method: "DELETE", path: base, postPath: `${base}/delete` }
    default:
      return { ...common, method: "GET", path: base, postPath: base }
  }
}

function notAnAction(entity: EntityClass, operation: string, known: string[]): NitroError {
  const name = entity.definition.name
  return new NitroError("NITRO_NOT_AN_ACTION", `${name}.${operation} is not an action: nothing outside may call it.`, {
    fix: `Mark it with @action(), or with static { action(this, "${operation}") } in ${name}. ${suggest(operation, [...classOperations, ...instanceOperations, ...known])}`,
  })
}
