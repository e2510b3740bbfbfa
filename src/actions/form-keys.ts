// The names by which a form, its fields and its signals are known to the page and to the answer of its action.
import type { EntityClass } from "../entity/index.ts"
import { kebabCase } from "./action.ts"

/** HTML id of the form of one operation: `todo-create`, `todo-ID-toggle`. */
export function formId(entity: EntityClass, operation: string, id: string): string {
  const name = kebabCase(entity.definition.name)
  const safe = id.replace(/[^\w-]/g, character => `_${character.charCodeAt(0).toString(16)}`)
  return `${name}${safe === "" ? "" : `-${safe}`}-${kebabCase(operation)}`
}

/** The form's place among the signals: `todo_create`. Signals under `_` stay in the browser. */
export function formKey(form: string): string {
  return form.replace(/\W/g, "_")
}

/** Signal that holds what an answer says of a form: `done` changes when it succeeded, `errors` holds messages by field. */
export const formsSignal = "_forms"

/** Signal that holds a message for the whole page. */
export const alertSignal = "_alert"
