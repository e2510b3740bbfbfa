// Methods of an entity class that run around its reads and writes.

/** Methods that run around a write when an entity class has them. They may be async; a `before` hook that throws refuses the write. */
export interface EntityHooks {
  beforeSave?(): void | Promise<void>
  beforeCreate?(): void | Promise<void>
  beforeUpdate?(): void | Promise<void>
  beforeDelete?(): void | Promise<void>
  afterSave?(): void | Promise<void>
  afterCreate?(): void | Promise<void>
  afterUpdate?(): void | Promise<void>
  afterDelete?(): void | Promise<void>
  /** After an entity was read; never async. An error fails the read. */
  afterLoad?(): void
}
