// The plan of a template: its static text, and its values with the text around them.

import { flatText } from "../markup/flat-text.ts"
import { type Hole, isWholeAttribute } from "./hole.ts"

export interface Plan {
  /** The text before each hole and behind the last one. */
  readonly statics: readonly string[]
  /** The same with the start of the attribute that the hole is, up to the quote. */
  readonly leads: readonly string[]
  /** `statics` behind an attribute whose closing quote is still to come. */
  readonly closing: readonly string[]
  /** `leads` behind such an attribute. */
  readonly closingLeads: readonly string[]
  readonly kinds: readonly number[]
  readonly holes: readonly Hole[]
}

export function makePlan(texts: readonly string[], holes: readonly Hole[]): Plan {
  const statics = texts.map(flatText)
  const isWhole = (hole?: Hole): boolean => hole !== undefined && isWholeAttribute(hole.kind)
  const leads = statics.map((text, i) =>
    isWhole(holes[i]) ? flatText(text + holes[i]?.lead) : text,
  )
  const close = (text: string): string => flatText(`"${text}`)
  return {
    statics,
    leads,
    closing: statics.map(close),
    closingLeads: leads.map(close),
    kinds: holes.map(hole => hole.kind),
    holes,
  }
}
