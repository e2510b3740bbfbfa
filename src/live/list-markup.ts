// The HTML of a live list: its element, its rows, and the check that each row can be found again.
import type { EntityInstance, Query } from "../entity/index.ts"
import { type Child, chunks, html, type Markup, render } from "../html/index.ts"
import { toMarkup } from "../html/internal.ts"
import { NitroError } from "../shared/errors.ts"
import type { MaybePromise } from "../shared/types.ts"

export interface ListView {
  readonly query: Query<EntityInstance>
  /** Renders one row: a single element whose id is the row's `domId`. */
  readonly each: (item: EntityInstance) => Child
  /** Shown while there are no rows. */
  readonly empty: Child
  readonly tag: "ul" | "ol" | "div" | "tbody"
  readonly class: string | undefined
}

/** The list as the first page shows it, before any topic exists. */
export async function renderList(regionId: string, view: ListView): Promise<Markup> {
  const rows = await view.query
  const items = rows.map(row => toMarkup(view.each(row)))
  // The first row stands for the others here; the stream that follows looks at each.
  if (rows[0] && items[0]) await itemText(view, rows[0], items[0])
  return listElement(regionId, view, items)
}

export function listElement(regionId: string, view: ListView, items: Markup[]): Markup {
  const content = items.length === 0 ? (view.empty ?? "") : items
  switch (view.tag) {
    case "ol":
      return html`<ol id="${regionId}" class="${view.class}">${content}</ol>`
    case "div":
      return html`<div id="${regionId}" class="${view.class}">${content}</div>`
    case "tbody":
      return html`<tbody id="${regionId}" class="${view.class}">${content}</tbody>`
    default:
      return html`<ul id="${regionId}" class="${view.class}">${content}</ul>`
  }
}

export function renderItem(view: ListView, row: EntityInstance): MaybePromise<string> {
  return itemText(view, row, toMarkup(view.each(row)))
}

function itemText(view: ListView, row: EntityInstance, markup: Markup): MaybePromise<string> {
  const parts = chunks(markup)
  if (parts === undefined) return render(markup).then(text => withId(view, row, text))
  // It has one.
  return withId(view, row, parts.length === 1 ? (parts[0] as string) : parts.join(""))
}

/** The item's text, once it is sure that a change will find it: a wrong id would break in the browser, long after this. */
function withId(view: ListView, row: EntityInstance, text: string): string {
  const opening = text.slice(0, text.indexOf(">") + 1)
  if (opening.includes(` id="${row.domId}"`)) return text
  const entity = view.query.entity.definition.name
  throw new NitroError(
    "NITRO_LIVE_ITEM_ID",
    `The item that renders a ${entity} in live() begins with ${opening || "no element"} and lacks id="${row.domId}".`,
  )
}

/** Selects the element of this id, whatever text it is. */
export function elementSelector(id: string): string {
  return /^[A-Za-z_][\w-]*$/.test(id) ? `#${id}` : `[id="${cssText(id)}"]`
}

/** Selects a row by its id among the children of its list: other lists of the page may show the same row. */
export function rowSelector(regionId: string, domId: string): string {
  return `${elementSelector(regionId)} > [id="${cssText(domId)}"]`
}

/** Text inside a quoted attribute selector. */
export function cssText(text: string): string {
  if (!special.test(text)) return text
  return text
    .replace(/["\\]/g, "\\$&")
    .replace(/[\r\n\f\0]/g, character => `\\${character.charCodeAt(0).toString(16)} `)
}

const special = /["\\\r\n\f\0]/
