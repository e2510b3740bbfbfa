// The attributes with which a form sends a call, with and without script.
import { js, value as literalOf, sequence } from "../../datastar/index.ts"
import { type AnyAttributes, form } from "../../html/index.ts"
import { flatText, inDoubleQuotes } from "../../html/internal.ts"
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

function withConfirmation(request: Expression, confirm: string | undefined): Expression {
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
  return {
    method,
    action,
    "data-on:submit__prevent": withConfirmation(sendFields[method], confirm),
  }
}

/** The open tag of a form around one control: what stands before its address, and behind it. */
interface FormTag {
  readonly before: string
  readonly after: string
}

/** The tag with more before and behind the place in its address, each in one piece of memory, since lists print it. */
export function tagAround({ before, after }: FormTag, start: string, end: string): FormTag {
  return { before: flatText(before + start), after: flatText(end + after) }
}

export interface FormTags {
  readonly button: FormTag
  readonly field: FormTag
}

/** Those of a form around one control. */
export function formTags(method: FormMethod, confirm: string | undefined): FormTags {
  return confirm === undefined ? plainTags[method] : makeTags(method, confirm)
}

function makeTags(method: FormMethod, confirm: string | undefined): FormTags {
  return {
    button: tagOf(method, withConfirmation(send[method], confirm), { "data-form": "button" }),
    field: tagOf(method, withConfirmation(sendField[method], confirm), { class: "field" }),
  }
}

/** Printed once, for all addresses. */
function tagOf(method: FormMethod, submission: Expression, look: AnyAttributes): FormTag {
  const place = "{address}"
  const tag = inDoubleQuotes(
    String(form({ method, action: place, "data-on:submit__prevent": submission, ...look })),
  )
  const at = tag.indexOf(place)
  return { before: tag.slice(0, at), after: tag.slice(at + place.length, -"</form>".length) }
}

const plainTags: Readonly<Record<FormMethod, FormTags>> = {
  get: makeTags("get", undefined),
  post: makeTags("post", undefined),
}
