// A live region: any HTML that is rendered again when one of its entities changed, such as a count.
import { patchElements } from "../datastar/index.ts"
import { type Child, chunks, html, type Markup, raw, render } from "../html/index.ts"
import type { Interest } from "./matching/watches.ts"
import { type Commit, Topic, type TopicSetup } from "./topic.ts"

export interface RegionView {
  readonly content: () => Child | Promise<Child>
  /** The changes that may alter the content. */
  readonly interests: () => readonly Interest[]
  readonly tag: "span" | "div"
}

export class RegionTopic extends Topic {
  protected readonly interests: readonly Interest[]
  protected readonly applies = undefined
  readonly #view: RegionView
  #html: string | undefined

  constructor(regionId: string, view: RegionView, setup: TopicSetup) {
    super(regionId, setup)
    this.#view = view
    this.interests = view.interests()
  }

  protected async load(): Promise<Commit> {
    const markup = await renderRegion(this.regionId, this.#view)
    const html = chunks(markup)?.join("") ?? (await render(markup))
    return () => {
      if (html === this.#html) return undefined
      this.#html = html
      const text = this.text()
      return { leaving: "", plain: text, moving: text }
    }
  }

  protected apply(): Promise<Commit> {
    return this.load()
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
