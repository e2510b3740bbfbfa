// The name of an input in messages for people: the label of its schema, where it has one.
import type { z } from "zod"
import { beforeFirst } from "../../shared/before-first.ts"
import { labelOfSchema, pathText } from "../contract/field-labels.ts"
import { valueParts } from "./value-object.ts"

/** `path` is that of an issue, `inputs` the schemas by name. */
export function inputText(path: string, inputs: Readonly<Record<string, z.ZodType>>): string {
  const name = beforeFirst(path, ".")
  const schema = Object.hasOwn(inputs, name) ? inputs[name] : undefined
  if (schema === undefined) return path
  return pathText(path, { label: labelOfSchema(schema), parts: valueParts(schema) })
}
