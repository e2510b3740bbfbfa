// A part of the entities of a query, with the way to the next.

/** `next` is the cursor of the page after this one; absent on the last page. It is opaque, but no secret. */
export interface KeysetPage<T> {
  readonly items: T[]
  readonly next?: string
}

/** `next` is the number of the page after this one; absent on the last page. */
export interface NumberedPage<T> {
  readonly items: T[]
  /** Of this page, from 1. */
  readonly number: number
  readonly size: number
  /** How many items all pages have together. */
  readonly total: number
  /** How many pages there are. */
  readonly pages: number
  readonly next?: number
}
