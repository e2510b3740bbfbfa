// Names of fields in messages for people: their labels, where they declare some. Paths of issues stay names.
import type { z } from "zod"
import { beforeFirst } from "../../shared/before-first.ts"
import type { EntityDefinition, ValuePart } from "./definition.ts"
import { allOptionsOf } from "./field-options.ts"

export interface LabelledField {
  readonly label?: string | undefined
  readonly parts?: readonly ValuePart[] | undefined
}

/** `unitPrice.amount` as "Unit price, amount" where the field has that label; without any label it is the path. */
export function pathText(path: string, first: LabelledField | undefined): string {
  let field = first
  let hasLabel = false
  const texts: string[] = []
  for (const [at, name] of path.split(".").entries()) {
    if (at > 0) field = partOf(field, name)
    const label = field?.label
    hasLabel ||= label !== undefined
    texts.push(label ?? name)
  }
  return hasLabel ? texts.join(", ") : path
}

export function fieldIn(definition: EntityDefinition, path: string): LabelledField | undefined {
  const field = definition.fieldByName.get(beforeFirst(path, "."))
  return field === undefined ? undefined : { label: field.meta?.label, parts: field.parts }
}

/** The label of an input, by its schema. */
export function labelOfSchema(schema: z.ZodType | undefined): string | undefined {
  return schema === undefined ? undefined : allOptionsOf(schema).label
}

function partOf(field: LabelledField | undefined, name: string): LabelledField | undefined {
  const part = field?.parts?.find(each => each.name === name)
  return part === undefined ? undefined : { label: labelOfSchema(part.schema), parts: part.parts }
}
