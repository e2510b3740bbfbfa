// Options of reads and writes.

export interface SaveOptions {
  /** Expires so many seconds after this save. Needs a store with the capability `ttl`. */
  readonly ttlSeconds?: number
}

export interface DeleteOptions {
  /** Removes the row of a class with `softDelete` too. */
  readonly permanently?: boolean
}

export interface DeleteWhereOptions extends DeleteOptions {
  /** Says that no condition is meant. */
  readonly all?: boolean
}

/** Options of `toJSON`. */
export interface JsonOptions {
  /** Getters of the class to add: `toJSON({ include: ["total"] })`. */
  readonly include?: readonly string[]
}

/** Options of `forUpdate`. */
export interface LockOptions {
  /** Leaves out what others hold, instead of waiting for it: the way of several workers on one queue. Default false. */
  readonly skipLocked?: boolean
}
