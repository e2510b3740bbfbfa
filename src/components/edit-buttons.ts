// The buttons of a field that is edited in place: a pencil, and while it is edited a check and a cross.
import { html, type Markup } from "../html/index.ts"
import { Check, Pencil, X } from "./icons.gen.ts"

const button = (edit: string, title: string, icon: Markup): Markup =>
  html`<button type="button" class="btn" data-variant="ghost" data-size="icon-sm" data-edit="${edit}" title="${title}" aria-label="${title}">${icon}</button>`

// Their texts are the same in each row. Escape and leaving the field do the same as these two.
const save = button("save", "Save", Check())
const revert = button("revert", "Revert", X())
const pencil = Pencil()

/** `label` is the name of the pencil: "Edit Buy milk". */
export function editButtons(label: string): Markup {
  return html`<span class="edit-buttons"><button type="button" class="btn" data-variant="ghost" data-size="icon-sm" data-edit="start" title="Edit" aria-label="${label}">${pencil}</button>${save}${revert}</span>`
}
