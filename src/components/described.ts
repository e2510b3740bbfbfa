// The part of an entity class that components read: the texts of its definition. Any object with such a definition fits.
import { ownProps } from "../shared/own-props.ts"
import { inWords } from "../shared/words.ts"
import type { FormatOptions, FormatType } from "./format.ts"

export interface DescribedField {
  readonly name: string
  readonly managed?: boolean
  readonly hidden?: boolean
  readonly meta?: {
    readonly label?: string
    readonly order?: number
    readonly format?: FormatType | FormatOptions
    readonly hiddenIn?: readonly string[]
  }
}

/** An entity class: `Todo`. */
export interface Described {
  readonly definition: {
    readonly labelPlural: string
    readonly icon?: string
    readonly description?: string
    readonly fields: readonly DescribedField[]
  }
}

/** The default fields of a table, in their order. */
export function tableFields({ definition }: Described): DescribedField[] {
  return definition.fields
    .filter(
      ({ managed, hidden, meta }) => !managed && !hidden && !meta?.hiddenIn?.includes("table"),
    )
    .sort((a, b) => orderOf(a) - orderOf(b) || 0)
}

const orderOf = ({ meta }: DescribedField): number => meta?.order ?? Number.MAX_SAFE_INTEGER

/** The head of a field's column, and how its cells are written. */
export function columnFacts({
  name,
  meta,
}: DescribedField): FormatOptions & { readonly label: string } {
  // Without any, all of them are left out.
  const { label = inWords(name), format } = ownProps(meta ?? {}) as NonNullable<
    DescribedField["meta"]
  >
  return { label, ...(typeof format === "string" ? { type: format } : format) }
}
