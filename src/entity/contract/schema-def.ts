// The definition of a zod schema as fields are read from it, with the marks that schemas of ours carry.
import type { z } from "zod"
import type { GeneratedBy, OnDelete, ValueClass } from "./definition.ts"

/** The parts of a schema's definition, which depend on its type; zod's own types name them for each type apart. */
export interface SchemaDef {
  readonly type: string
  readonly innerType?: z.ZodType
  readonly out?: z.ZodType
  readonly in?: z.ZodType
  readonly getter?: () => z.ZodType
  readonly format?: string
  readonly checks?: readonly {
    readonly _zod: { readonly def: { readonly check: string; readonly format?: string } }
  }[]
  readonly entries?: Readonly<Record<string, string | number>>
  readonly values?: readonly unknown[]
  readonly options?: readonly z.ZodType[]
  readonly element?: z.ZodType
  readonly items?: readonly z.ZodType[]
  readonly rest?: z.ZodType | null
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly catchall?: z.ZodType
  readonly valueType?: z.ZodType
  readonly left?: z.ZodType
  readonly right?: z.ZodType
  readonly defaultValue?: unknown
  readonly references?: string
  readonly onDelete?: OnDelete
  readonly nitroGenerated?: GeneratedBy
  /** The class of a value object. */
  readonly nitroValue?: ValueClass
}

export function defOf(schema: z.ZodType): SchemaDef {
  return schema._zod.def
}

/**
 * A copy of the schema that carries marks. They are never lost: zod copies the definition in `.min()` and the like, and
 * wrappers as `.nullable()` keep the inner schema.
 */
export function marked<T extends z.ZodType>(schema: T, marks: object): T {
  const def = { ...schema._zod.def, ...marks }
  return schema.clone(def)
}
