// The value of a getter with `hasMany`.

import type { EntityRecord } from "../binding/record.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { EntityInstance, Many } from "../types/types.ts"
import { pointingTo, RelatedQuery } from "./related-query.ts"

/** See `Many` in types.ts. */
export class ToMany extends RelatedQuery implements Many<EntityInstance, never> {
  constructor(record: EntityRecord, definition: RelationDefinition) {
    super(record, definition, pointingTo(record, definition, definition.remote))
  }

  async create(data: object): Promise<EntityInstance> {
    const { target, remote } = this.definition
    // The class checks its fields.
    const created = await target.create({ ...data, [remote]: this.keyForNew } as never)
    this.forget()
    return created
  }
}
