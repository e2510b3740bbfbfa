// A live list: knows which rows of a query are shown and in which order, and turns a change into the patches it needs.
import { patchElements, removeElements } from "../datastar/index.ts"
import type { Change, EntityClass, EntityInstance } from "../entity/index.ts"
import { currentScopes, ownCopy } from "../entity/internal.ts"
import { compareBy, type EntityId } from "../entity/store.ts"
import { raw } from "../html/index.ts"
import { after, attempt } from "../shared/maybe.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { NumberedChange } from "./change-feed.ts"
import { renderInside, unfollowed } from "./inside.ts"
import { ItemProbe } from "./item-probe.ts"
import {
  cssText,
  elementSelector,
  type ListView,
  listElement,
  renderItem,
  rowSelector,
} from "./list-markup.ts"
import type { Interest } from "./matching/watches.ts"
import { decidingFields, interestsOf, matcherOf, scopedQuery } from "./query-match.ts"
import { longestAscending } from "./row-order.ts"
import { isSure, storedRow } from "./stored-row.ts"
import { type Commit, type Patches, Topic, type TopicSetup } from "./topic.ts"

/** Above this many rows it is cheaper to read the list than its changed rows one by one. */
const maxRowsRead = 20

interface Shown {
  readonly id: EntityId
  readonly domId: string
  /** Values of the fields that the order needs. */
  readonly sortValues: Readonly<Record<string, unknown>>
  readonly html: string
}

export class ListTopic extends Topic {
  protected readonly interests: readonly Interest[]
  protected readonly applies: EntityClass
  readonly #view: ListView
  readonly #compare: (a: object, b: object) => number
  /** Whether the query finds a row; undefined if only the store can decide. */
  readonly #finds: ((row: object) => boolean) | undefined
  readonly #deciding: ReadonlySet<string>
  readonly #sortFields: readonly string[]
  /** In the order of the query. */
  #shown: Shown[] = []
  #byId = new Map<EntityId, Shown>()
  #isLoaded = false
  override readonly probe: ItemProbe

  constructor(regionId: string, view: ListView, setup: TopicSetup) {
    super(regionId, setup)
    this.#view = view
    this.applies = view.query.entity
    // A change is matched with what this page is let see, as its rows were read.
    const scoped = scopedQuery(view.query)
    const { limit, offset, with: related } = view.query.plan
    // A window needs rows that it does not hold, and relations are not in the change of a row.
    this.#finds =
      limit === undefined && offset === undefined && related === undefined
        ? matcherOf(scoped)
        : undefined
    this.#deciding = decidingFields(scoped.plan.where)
    const { key } = view.query.entity.definition
    this.#sortFields = [...key, ...view.query.plan.orderBy.map(order => order.field)]
    // A row that is not shown may stand before the window, or come into it by its place in the order.
    this.interests = interestsOf(view.query, {
      fields: limit === undefined && offset === undefined ? [] : this.#sortFields,
      leaving: offset !== undefined,
      holdsRows: true,
    })
    this.#compare = compareBy(view.query.plan.orderBy, key)
    const render = (row: EntityInstance) => renderInside(unfollowed, () => renderItem(view, row))
    this.probe = new ItemProbe(render, row => this.run(() => render(row)))
  }

  protected async load(): Promise<Commit> {
    // The rows that it will show are not known before, so every change may concern it.
    const watch = this.watchOf(this.applies)
    if (watch) watch.isReading = true
    const rows = await all((await this.#view.query).map(row => this.#show(row)))
    await this.probe.checked()
    return () => {
      if (watch) watch.isReading = false
      if (this.#isLoaded) return this.#replaceBy(rows)
      this.#isLoaded = true
      this.#setRows(rows)
      return undefined
    }
  }

  protected async apply(changes: readonly NumberedChange[]): Promise<Commit> {
    const finds = this.#finds
    if (finds === undefined) return this.load()
    const last = this.#lastOfEachRow(changes)
    const unsure = last.filter(change => !isSure(change))
    if (unsure.length > maxRowsRead) return this.load()
    const show = (row: EntityInstance | undefined) =>
      row !== undefined && finds(row) ? this.#show(row) : undefined
    const rows = await all(
      last.map(change =>
        unsure.includes(change)
          ? storedRow(change, this.isShared).then(show)
          : show(ownRow(change.after)),
      ),
    )
    if (this.probe.isChecking) await this.probe.checked()
    return () => {
      const patches = new PatchList()
      for (const [at, row] of rows.entries())
        if (row === undefined) this.#remove((last[at] as Change).id, patches) // one for each row
      for (const row of rows) if (row !== undefined) this.#place(row, patches)
      this.#holdRows(changes)
      return patches.take()
    }
  }

  /** Of several changes of a row the last says it all. */
  #lastOfEachRow(changes: readonly NumberedChange[]): Change[] {
    const last = new Map<EntityId, Change>()
    const concerned = new Set<EntityId>()
    for (const { change } of changes) {
      // Where it stands among the others is where it stood first.
      last.set(change.id, change)
      if (this.#concerns(change)) concerned.add(change.id)
    }
    return [...last.values()].filter(({ id }) => concerned.has(id))
  }

  /** False for an update of a row that is not shown, and is not because of it. */
  #concerns({ op, id, changed }: Change): boolean {
    return op !== "update" || this.#byId.has(id) || changed.some(field => this.#deciding.has(field))
  }

  protected text(): string {
    const rows = this.#shown.map(row => raw(row.html))
    return String(patchElements(listElement(this.regionId, this.#view, rows)))
  }

  #show(row: EntityInstance): MaybePromise<Shown> {
    const sortValues: Record<string, unknown> = {}
    // Read by the names of its fields.
    const values = row as unknown as Readonly<Record<string, unknown>>
    for (const field of this.#sortFields) sortValues[field] = values[field]
    this.probe.take(row)
    const { id, domId } = row
    const toShown = (html: string): Shown => ({ id, domId, sortValues, html })
    // Rejects rather than throws: another row of the list may be waited for, and its failure must not be left alone.
    return attempt(
      () => after(renderItem(this.#view, row), toShown),
      error => Promise.reject(error),
    )
  }

  #setRows(rows: Shown[]): void {
    this.#shown = rows
    this.#byId = new Map(rows.map(row => [row.id, row]))
    const ids = this.waitingIds()
    for (const id of this.#byId.keys()) ids.add(id)
    this.watchOf(this.applies)?.holdOnly(ids)
  }

  /** From now on changes of those of these rows that are shown, or that wait, concern the list. */
  #holdRows(changes: readonly NumberedChange[]): void {
    const watch = this.watchOf(this.applies)
    const waiting = this.waitingIds()
    for (const { change } of changes) {
      if (this.#byId.has(change.id)) watch?.hold(change.id)
      else if (!waiting.has(change.id)) watch?.release(change.id)
    }
  }

  /** The patches from what is shown to what the store says. */
  #replaceBy(rows: Shown[]): Patches | undefined {
    const former = this.#shown
    const places = new Map(former.map((row, index) => [row.id, index]))
    this.#setRows(rows)
    const patches = new PatchList()
    for (const row of former) if (!this.#byId.has(row.id)) patches.leave(this.#removal(row))
    if (this.#showsPlaceholder(former) || this.#showsPlaceholder(rows)) {
      if (former.length + rows.length > 0) patches.add(this.text())
      return patches.take()
    }
    const remaining = rows.filter(({ id }) => places.has(id))
    // `remaining` are those with a place.
    const staying = longestAscending(remaining.map(({ id }) => places.get(id) as number))
    const stays = new Set(remaining.filter((_, index) => staying.has(index)).map(({ id }) => id))
    // From the last to the first, so that the row to stand before is in its place already.
    for (let index = rows.length - 1; index >= 0; index--) {
      // In range.
      const row = rows[index] as Shown
      const place = places.get(row.id)
      if (place === undefined) patches.add(this.#insertion(row, rows[index + 1]))
      else if (!stays.has(row.id))
        patches.move(this.#removal(row), this.#insertion(row, rows[index + 1]))
      // `places` holds positions in `former`.
      else if ((former[place] as Shown).html !== row.html) patches.add(this.#morph(row))
    }
    return patches.take()
  }

  #showsPlaceholder(rows: readonly Shown[]): boolean {
    return rows.length === 0 && this.#view.empty !== undefined
  }

  /** Puts one row where it belongs. */
  #place(row: Shown, patches: PatchList): void {
    const former = this.#byId.get(row.id)
    this.#byId.set(row.id, row)
    const from = former === undefined ? -1 : this.#indexOf(former)
    if (former !== undefined) this.#shown.splice(from, 1)
    const to = this.#countBefore(row)
    const next = this.#shown[to]
    const wasPlaceholder = former === undefined && this.#showsPlaceholder(this.#shown)
    if (next === undefined) this.#shown.push(row)
    else this.#shown.splice(to, 0, row)
    if (former === undefined) patches.add(this.#insertion(row, next))
    else if (from !== to) patches.move(this.#removal(row), this.#insertion(row, next))
    else if (former.html !== row.html) patches.add(this.#morph(row))
    if (wasPlaceholder)
      patches.add(
        String(
          removeElements(`${elementSelector(this.regionId)} > :not([id="${cssText(row.domId)}"])`),
        ),
      )
  }

  #remove(id: EntityId, patches: PatchList): void {
    const former = this.#byId.get(id)
    if (former === undefined) return
    this.#byId.delete(id)
    this.#shown.splice(this.#indexOf(former), 1)
    patches.leave(this.#removal(former))
    if (this.#showsPlaceholder(this.#shown)) patches.add(this.text())
  }

  /** How many of the shown rows stand before `row`. */
  #countBefore(row: Shown): number {
    let low = 0
    let high = this.#shown.length
    // Most lists grow at their end.
    const last = this.#shown.at(-1)
    if (last === undefined || this.#compare(last.sortValues, row.sortValues) < 0) return high
    while (low < high) {
      const middle = (low + high) >> 1
      // In range.
      if (this.#compare((this.#shown[middle] as Shown).sortValues, row.sortValues) < 0)
        low = middle + 1
      else high = middle
    }
    return low
  }

  #indexOf(row: Shown): number {
    const index = this.#countBefore(row)
    // A store with another order of text is no reason to lose a row.
    return this.#shown[index] === row ? index : this.#shown.indexOf(row)
  }

  #morph(row: Shown): string {
    return String(patchElements(raw(row.html), { selector: rowSelector(this.regionId, row.domId) }))
  }

  #removal(row: Shown): string {
    return String(removeElements(rowSelector(this.regionId, row.domId)))
  }

  #insertion(row: Shown, next: Shown | undefined): string {
    const place = next
      ? ({ selector: rowSelector(this.regionId, next.domId), mode: "before" } as const)
      : ({ selector: elementSelector(this.regionId), mode: "append" } as const)
    return String(patchElements(raw(row.html), place))
  }
}

/** Collects patches for clients that move a row they have, and for those that need it removed first. */
class PatchList {
  #leaving = ""
  #plain = ""
  #moving = ""

  add(event: string): void {
    this.#plain += event
    this.#moving += event
  }

  leave(removal: string): void {
    this.#leaving += removal
  }

  move(removal: string, insertion: string): void {
    this.#plain += removal + insertion
    this.#moving += insertion
  }

  take(): Patches | undefined {
    if (this.#plain === "" && this.#leaving === "") return undefined
    return { leaving: this.#leaving, plain: this.#plain, moving: this.#moving }
  }
}

/** All values, at once where none of them is waited for. */
function all<T>(values: readonly MaybePromise<T>[]): MaybePromise<T[]> {
  // None of them is a promise.
  return values.some(value => value instanceof Promise) ? Promise.all(values) : (values as T[])
}

/** Pages that are let see other rows must not share what a row has loaded of its relations. */
function ownRow(row: EntityInstance | undefined): EntityInstance | undefined {
  return row === undefined || currentScopes() === undefined ? row : ownCopy(row)
}
