// The seam between units of work and work that waits for their commit: `entity` fills it, `events` reads it.

/** The part of an open unit of work that other modules see. */
export interface OpenUnit {
  /**
   * Calls `callback` after the outermost unit has committed, outside of it, in the order of registration. Never calls it when
   * this unit, or one around it, is rolled back.
   */
  afterCommit(callback: () => unknown): void
}

let find = (): OpenUnit | undefined => undefined

/** Called once, by the module that has units of work. */
export function provideOpenUnit(current: () => OpenUnit | undefined): void {
  find = current
}

/** The unit of work of this async context; undefined outside of one, and where no module has units. */
export function openUnit(): OpenUnit | undefined {
  return find()
}
