// The types of attributes: those of every element, and those of each element.

import type { Child } from "../markup/child.ts"
import type { AriaAttributes, AriaRole } from "./aria-attributes.ts"
import type { AttributeValue, Flag, Optional, Text, TextOrNumber } from "./attribute-values.ts"
import type { ClassValue } from "./class-list.ts"
import type { DatastarAttributes } from "./datastar-attributes.ts"
import type { HtmlElementAttributes } from "./html-attributes.ts"
import type { StyleValue } from "./style.ts"
import type { SvgElementAttributes } from "./svg-attributes.ts"

/** Attributes of every element. */
export interface GlobalAttributes extends AriaAttributes, DatastarAttributes {
  /** Accepted and ignored. */
  key?: AttributeValue
  class?: ClassValue
  style?: Optional<StyleValue>
  id?: TextOrNumber
  /** `{ userId: 1 }` prints `data-user-id="1"`. */
  data?: Optional<string | URL | Readonly<Record<string, AttributeValue>>>
  /** `{ label: "x" }` prints `aria-label="x"`. */
  aria?: Optional<Readonly<Record<string, AttributeValue>>>
  accesskey?: Text
  autocapitalize?: Optional<"off" | "none" | "on" | "sentences" | "words" | "characters">
  autocorrect?: Optional<"on" | "off">
  autofocus?: Flag
  contenteditable?: boolean | "plaintext-only" | "true" | "false" | null | undefined
  dir?: Optional<"ltr" | "rtl" | "auto">
  draggable?: boolean | "true" | "false" | null | undefined
  enterkeyhint?: Optional<"enter" | "done" | "go" | "next" | "previous" | "search" | "send">
  exportparts?: Text
  hidden?: Flag | "hidden" | "until-found" | ""
  inert?: Flag
  inputmode?: Optional<"none" | "text" | "decimal" | "numeric" | "tel" | "search" | "email" | "url">
  is?: Text
  itemid?: Text
  itemprop?: Text
  itemref?: Text
  itemscope?: Flag
  itemtype?: Text
  lang?: Text
  nonce?: Text
  part?: Text
  popover?: Flag | "auto" | "manual" | "hint" | ""
  property?: Text
  role?: Optional<AriaRole>
  slot?: Text
  spellcheck?: boolean | "true" | "false" | null | undefined
  tabindex?: Optional<number | `${number}`>
  title?: TextOrNumber
  translate?: boolean | "yes" | "no" | null | undefined
  typeof?: Text
  vocab?: Text
  writingsuggestions?: boolean | "true" | "false" | null | undefined
  xmlns?: Text
  [data: `data-${string}`]: unknown
}

interface Children {
  children?: Child
}

/** Data is printed as JSON, code comes through `raw()`. */
interface CodeChildren {
  children?: unknown
}

type VoidTag =
  | "area"
  | "base"
  | "br"
  | "col"
  | "embed"
  | "hr"
  | "img"
  | "input"
  | "link"
  | "meta"
  | "source"
  | "track"
  | "wbr"

type OwnAttributes = HtmlElementAttributes & SvgElementAttributes

/** Every element with its attributes, as JSX sees them. */
export type ElementAttributes = {
  [Tag in keyof OwnAttributes]: GlobalAttributes &
    OwnAttributes[Tag] &
    (Tag extends VoidTag
      ? { children?: never }
      : Tag extends "script" | "style"
        ? CodeChildren
        : Children)
} & { [custom: `${string}-${string}`]: AnyAttributes & Children }

/** The other spellings that tag functions take: those of RustyTags, and names with underscores. */
interface Spellings {
  cls?: ClassValue
  class_?: ClassValue
  _class?: ClassValue
  klass?: ClassValue
  htmlClass?: ClassValue
  _for?: Text
  for_?: Text
  [data: `data_${string}`]: unknown
  [aria: `aria_${string}`]: AttributeValue
  /** `on_click__debounce_500ms` is `data-on:click__debounce.500ms`. */
  [on: `on_${string}`]: DatastarAttributes["data-effect"]
}

/** Attributes of an element whose name is not known to the types. */
export interface AnyAttributes extends GlobalAttributes, Spellings {
  [name: string]: unknown
}

/** The attributes that the tag function of an element accepts. */
export type TagAttributes<Name extends string> = Name extends keyof OwnAttributes
  ? ElementAttributes[Name] & Spellings
  : AnyAttributes
