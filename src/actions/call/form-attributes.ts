// The attributes with which a form sends a call, with and without script.
import { js, value as literalOf, sequence } from "../../datastar/index.ts"
import { escapeHtml } from "../../html/internal.ts"
import type { Expression } from "../../shared/expression.ts"

/** Methods of a form without script. */
export type FormMethod = "get" | "post"

/** Attributes of the form face. Works without JavaScript: a POST to the action, and a redirect back. */
export interface FormAttributes {
  readonly method: FormMethod
  readonly action: string
  readonly "data-on:submit__prevent": Expression
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
// Text typed while a form was pending must survive its success: only a value that is still the one sent is settled.
const rememberSent = js("[...el.elements].forEach(each => each.sent = each.value)")
const sendField = { get: sequence(rememberSent, send.get), post: sequence(rememberSent, send.post) }
const sendFields = {
  get: sequence(rememberSent, sendAnyForm.get),
  post: sequence(rememberSent, sendAnyForm.post),
}

function asking(request: Expression, confirm: string | undefined): Expression {
  // As a branch, since the request may be a sequence of statements.
  return confirm === undefined
    ? request
    : js(`if (confirm(${literalOf(confirm).source})) { ${request.source} }`)
}

/** Attributes of a form of any fields. */
export function formAttributes(
  method: FormMethod,
  action: string,
  confirm: string | undefined,
): FormAttributes {
  return { method, action, "data-on:submit__prevent": asking(sendFields[method], confirm) }
}

/** The rest of a form's open tag, behind its address. */
export interface OpenTags {
  /** Of a form that is one button, and of one with a field. */
  readonly button: string
  readonly field: string
  /** The same where the button or the field hides `form.action`. */
  readonly anyButton: string
  readonly anyField: string
}

export function openTags(method: FormMethod, confirm: string | undefined): OpenTags {
  return confirm === undefined ? unasked[method] : makeTags(method, confirm)
}

function makeTags(method: FormMethod, confirm: string | undefined): OpenTags {
  const submit = (expressions: Readonly<Record<FormMethod, Expression>>): string =>
    submitAttribute(expressions[method], confirm)
  return {
    button: ` data-form="button"${submit(send)}>`,
    anyButton: ` data-form="button"${submit(sendAnyForm)}>`,
    field: ` class="field"${submit(sendField)}>`,
    anyField: ` class="field"${submit(sendFields)}>`,
  }
}

const unasked: Readonly<Record<FormMethod, OpenTags>> = {
  get: makeTags("get", undefined),
  post: makeTags("post", undefined),
}

function submitAttribute(request: Expression, confirm: string | undefined): string {
  const { source } = asking(request, confirm)
  // Generated text needs no escape between double quotes, and a list repeats it with every row; a question comes from outside.
  return ` data-on:submit__prevent="${confirm === undefined ? source : escapeHtml(source)}"`
}
