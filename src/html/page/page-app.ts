// The app around the pages of a request, as far as pages see it: its hooks at the end of a page, and its base path.
import { AsyncVariable } from "../../shared/async-variable.ts"
import type { Child } from "../markup/child.ts"

/** Facts about the page for a hook. */
export interface PageEndContext {
  /** For the Content-Security-Policy: goes on every script and style that the hook adds. */
  readonly nonce: string | undefined
}

/**
 * Called once all children of a page have rendered, async ones included; what it returns stands last in the body, after what the
 * hooks before it returned.
 */
export type PageEndHook = (page: PageEndContext) => Child | PromiseLike<Child>

export interface PageApp {
  /** Without a slash at the end: `""` or `"/shop"`. The app serves the assets of the page below it. */
  readonly basePath: string
  readonly pageEnds: readonly PageEndHook[]
}

/** Set while a request is handled. A page outside of one has no hooks, and its assets are at the root. */
export const pageApp: AsyncVariable<PageApp | undefined> = new AsyncVariable()
