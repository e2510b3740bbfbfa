// A field of an entity as SQL sees it.
import type { FieldDefinition } from "../../entity/index.ts"

export interface Column {
  readonly field: FieldDefinition
  /** Quoted name. */
  readonly sql: string
  /** With the name of its table, for conditions on rows of other tables. */
  readonly qualified: string
  /** As it is written where its order matters. */
  readonly ordered: string
  readonly encode: ((value: never) => unknown) | undefined
  /** Turns an encoded value into a parameter. */
  readonly bind: ((stored: never) => unknown) | undefined
  readonly roundDate: ((date: Date, up: boolean) => Date) | undefined
}
