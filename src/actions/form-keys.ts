// The names by which a form, its fields and its signals are known to the page and to the answer of its action.
import type { EntityClass } from "../entity/index.ts"
import { shortHash } from "../shared/short-hash.ts"
import { kebabCase } from "./action.ts"

/** Name of the form of one operation: `todo-create`, `todo-ID-toggle`. Its fields' HTML ids begin with it. */
export function formId(entity: EntityClass, operation: string, id: string): string {
  return formIdFrom(kebabCase(entity.definition.name), kebabCase(operation), id)
}

export function formIdFrom(entityName: string, operationName: string, id: string): string {
  if (id === "") return `${entityName}-${operationName}`
  return `${entityName}-${safeId(id)}-${operationName}`
}

function safeId(id: string): string {
  return /^[\w-]+$/.test(id) ? id : id.replace(/[^\w-]/g, character => `_${character.charCodeAt(0).toString(16)}`)
}

/**
 * Signals of a form are flat, short and undeclared: a signal that is missing reads as the empty string. The signal of the
 * form itself changes when it succeeded; `errorSignal` holds a field's message. Signals that begin with `_` stay in the browser.
 */
export function formSignal(form: string): string {
  return `_${shortHash(form)}`
}

export function errorSignal(formSignal: string, field: string): string {
  return `${formSignal}_${field.replace(/\W/g, "_")}`
}

/** Signal that holds a message for the whole page. */
export const alertSignal = "_alert"
