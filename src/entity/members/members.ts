// The methods that getters of an entity declare their relations with.

import { isProbe, MarkedRelation } from "../binding/describe-relations.ts"
import { classOf, isEntityClass } from "../binding/model.ts"
import type { EntityRecord } from "../binding/record.ts"
import { definitionError } from "../contract/errors.ts"
import {
  belongsTo,
  hasMany,
  manyToMany,
  type RelationDefinition,
  type ThroughFields,
} from "../types/relation-definition.ts"
import type { EntityClass } from "../types/types.ts"
import { ToManyThrough } from "./many-through.ts"
import { ToMany } from "./to-many.ts"
import { ToOne } from "./to-one.ts"

export const relationMembers = {
  belongsTo(this: EntityRecord, target: EntityClass, field: string): object {
    const relation = belongsTo(classOf(this), checkClass(this, target), field)
    return handle(this, relation, ToOne)
  },

  hasOne(this: EntityRecord, target: EntityClass, field: string): object {
    return handle(this, hasMany("hasOne", classOf(this), checkClass(this, target), field), ToOne)
  },

  hasMany(this: EntityRecord, target: EntityClass, field: string): object {
    return handle(this, hasMany("hasMany", classOf(this), checkClass(this, target), field), ToMany)
  },

  manyToMany(this: EntityRecord, target: EntityClass, options: ThroughFields): object {
    checkClass(this, options?.through)
    return handle(this, manyToMany(classOf(this), checkClass(this, target), options), ToManyThrough)
  },
}

type Handle = new (record: EntityRecord, definition: RelationDefinition) => object

function handle(record: EntityRecord, definition: RelationDefinition, Handle: Handle): object {
  return isProbe(record) ? new MarkedRelation(definition) : new Handle(record, definition)
}

function checkClass(record: EntityRecord, target: unknown): EntityClass {
  if (isEntityClass(target)) return target
  throw definitionError(
    `A relation of ${record.constructor.name} leads to ${target === undefined ? "undefined" : "something that is no entity class"}.`,
    'Give the class: this.belongsTo(Category, "categoryId"). Where two files import each other, the getter still sees both.',
  )
}
