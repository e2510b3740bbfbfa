// The name that identifies a form, its fields and its signals to the page and to the response of its action.
import type { EntityClass } from "../../entity/index.ts"
import { shortHash } from "../../shared/short-hash.ts"
import { kebabCase } from "./action.ts"

/**
 * Name of the form of one operation: `todo_create`, `todo_9c76bfe11358_update`. The HTML ids of its fields and its signals
 * are made of it, so it is short (a page may hold hundreds) and a valid name of a signal.
 */
export function formKey(entity: EntityClass, operation: string, id: string): string {
  return formKeyFrom(identifier(entity.definition.name), identifier(operation), shortId(id))
}

/** The same from names that are identifiers already, and a short id. */
export function formKeyFrom(entityName: string, operationName: string, short: string): string {
  return short === "" ? `${entityName}_${operationName}` : `${entityName}_${short}_${operationName}`
}

/** `TodoItem` as `todo_item`. */
export function identifier(name: string): string {
  return kebabCase(name).replace(/\W/g, "_")
}

/** The last 12 digits of a uuid, of which 48 bits are random; a short plain id itself, as is none; a hash of any other. */
export function shortId(id: string): string {
  if (id.length === 36 && id.charCodeAt(23) === 45 && /^[\da-f]{12}$/.test(id.slice(24)))
    return id.slice(24)
  return /^[A-Za-z\d]{0,24}$/.test(id) ? id : shortHash(id)
}

/**
 * Signals of a form are flat and undeclared: a signal that is missing reads as the empty string. The signal of the form
 * itself changes when it succeeded; `errorSignal` holds a field's message. Signals that begin with `_` stay in the browser.
 */
export function formSignal(form: string): string {
  return `_${form}`
}

export function errorSignal(form: string, field: string): string {
  return `_${fieldId(form, field)}`
}

export function fieldId(form: string, field: string): string {
  return `${form}_${fieldPart(field)}`
}

/** The part of an id that a field's name gives. */
export function fieldPart(field: string): string {
  return /\W/.test(field) ? field.replace(/\W/g, "_") : field
}

/** Signal that holds a message for the whole page. */
export const alertSignal = "_alert"
