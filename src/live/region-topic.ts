// A live region: any HTML that is rendered again when one of its entities changed, such as a count.
import { patchElements } from "../datastar/index.ts"
import type { EntityClass } from "../entity/index.ts"
import { type Child, html, type Markup, raw, render } from "../html/index.ts"
import type { NumberedChange } from "./change-feed.ts"
import { Topic } from "./topic.ts"

export interface RegionView {
  readonly content: () => Child | Promise<Child>
  readonly entities: readonly EntityClass[]
  /** False for changes that cannot alter the content. */
  readonly affects: (change: NumberedChange["change"]) => boolean
  readonly tag: "span" | "div"
}

export class RegionTopic extends Topic {
  readonly #view: RegionView
  #html = ""

  constructor(regionId: string, view: RegionView, onIdle: () => void) {
    super(regionId, view.entities, onIdle)
    this.#view = view
  }

  protected override async load(): Promise<void> {
    this.#html = await render(await renderRegion(this.regionId, this.#view))
  }

  protected override async apply(changes: readonly NumberedChange[]): Promise<string> {
    if (!changes.some(({ change }) => this.#view.affects(change))) return ""
    const before = this.#html
    await this.load()
    return this.#html === before ? "" : this.snapshot()
  }

  override snapshot(): string {
    return String(patchElements(raw(this.#html)))
  }
}

export async function renderRegion(regionId: string, { content, tag }: RegionView): Promise<Markup> {
  const inner = await content()
  return tag === "div" ? html`<div id="${regionId}">${inner}</div>` : html`<span id="${regionId}">${inner}</span>`
}
