// A live region: any HTML that is rendered again when one of its entities changed, such as a count.
import { patchElements } from "../datastar/index.ts"
import type { Change, EntityClass } from "../entity/index.ts"
import { type Child, html, type Markup, raw, render } from "../html/index.ts"
import { isCoarse, type NumberedChange } from "./change-feed.ts"
import { type Commit, Topic, type TopicSetup } from "./topic.ts"

export interface RegionView {
  readonly content: () => Child | Promise<Child>
  readonly entities: readonly EntityClass[]
  /** False for changes of one row that cannot alter the content. */
  readonly affects: (change: Change) => boolean
  readonly tag: "span" | "div"
}

export class RegionTopic extends Topic {
  protected readonly entities: readonly EntityClass[]
  readonly #view: RegionView
  #html: string | undefined

  constructor(regionId: string, view: RegionView, setup: TopicSetup) {
    super(regionId, setup)
    this.#view = view
    this.entities = view.entities
  }

  protected async load(): Promise<Commit> {
    const html = await render(await renderRegion(this.regionId, this.#view))
    return () => {
      if (html === this.#html) return undefined
      this.#html = html
      const text = this.text()
      return { leaving: "", plain: text, moving: text }
    }
  }

  protected async apply(changes: readonly NumberedChange[]): Promise<Commit> {
    const affects = changes.some(({ change }) => isCoarse(change) || this.#view.affects(change))
    return affects ? this.load() : () => undefined
  }

  protected text(): string {
    return String(patchElements(raw(this.#html ?? "")))
  }
}

export async function renderRegion(
  regionId: string,
  { content, tag }: RegionView,
): Promise<Markup> {
  const inner = await content()
  return tag === "div"
    ? html`<div id="${regionId}">${inner}</div>`
    : html`<span id="${regionId}">${inner}</span>`
}
