// ARIA 1.2 states, properties and roles (w3.org/TR/wai-aria-1.2).
import type { Optional, Text } from "./attribute-values.ts"

/** Printed as "true" and "false". */
type Truth = boolean | "true" | "false" | null | undefined
type NumberText = Optional<number | `${number}`>

export interface AriaAttributes {
  "aria-activedescendant"?: Text
  "aria-atomic"?: Truth
  "aria-autocomplete"?: Optional<"none" | "inline" | "list" | "both">
  "aria-braillelabel"?: Text
  "aria-brailleroledescription"?: Text
  "aria-busy"?: Truth
  "aria-checked"?: Truth | "mixed"
  "aria-colcount"?: NumberText
  "aria-colindex"?: NumberText
  "aria-colindextext"?: Text
  "aria-colspan"?: NumberText
  "aria-controls"?: Text
  "aria-current"?: Truth | "page" | "step" | "location" | "date" | "time"
  "aria-describedby"?: Text
  "aria-description"?: Text
  "aria-details"?: Text
  "aria-disabled"?: Truth
  "aria-errormessage"?: Text
  "aria-expanded"?: Truth
  "aria-flowto"?: Text
  "aria-haspopup"?: Truth | "menu" | "listbox" | "tree" | "grid" | "dialog"
  "aria-hidden"?: Truth
  "aria-invalid"?: Truth | "grammar" | "spelling"
  "aria-keyshortcuts"?: Text
  "aria-label"?: Text
  "aria-labelledby"?: Text
  "aria-level"?: NumberText
  "aria-live"?: Optional<"off" | "assertive" | "polite">
  "aria-modal"?: Truth
  "aria-multiline"?: Truth
  "aria-multiselectable"?: Truth
  "aria-orientation"?: Optional<"horizontal" | "vertical">
  "aria-owns"?: Text
  "aria-placeholder"?: Text
  "aria-posinset"?: NumberText
  "aria-pressed"?: Truth | "mixed"
  "aria-readonly"?: Truth
  "aria-relevant"?: Text
  "aria-required"?: Truth
  "aria-roledescription"?: Text
  "aria-rowcount"?: NumberText
  "aria-rowindex"?: NumberText
  "aria-rowindextext"?: Text
  "aria-rowspan"?: NumberText
  "aria-selected"?: Truth
  "aria-setsize"?: NumberText
  "aria-sort"?: Optional<"none" | "ascending" | "descending" | "other">
  "aria-valuemax"?: NumberText
  "aria-valuemin"?: NumberText
  "aria-valuenow"?: NumberText
  "aria-valuetext"?: Text
}

// `string & {}` keeps the suggestions and still takes any other role: there are more of them in other vocabularies.
export type AriaRole =
  | "alert"
  | "alertdialog"
  | "application"
  | "article"
  | "banner"
  | "button"
  | "cell"
  | "checkbox"
  | "columnheader"
  | "combobox"
  | "complementary"
  | "contentinfo"
  | "dialog"
  | "document"
  | "feed"
  | "figure"
  | "form"
  | "grid"
  | "gridcell"
  | "group"
  | "heading"
  | "img"
  | "link"
  | "list"
  | "listbox"
  | "listitem"
  | "log"
  | "main"
  | "marquee"
  | "math"
  | "menu"
  | "menubar"
  | "menuitem"
  | "menuitemcheckbox"
  | "menuitemradio"
  | "meter"
  | "navigation"
  | "none"
  | "note"
  | "option"
  | "presentation"
  | "progressbar"
  | "radio"
  | "radiogroup"
  | "region"
  | "row"
  | "rowgroup"
  | "rowheader"
  | "scrollbar"
  | "search"
  | "searchbox"
  | "separator"
  | "slider"
  | "spinbutton"
  | "status"
  | "switch"
  | "tab"
  | "table"
  | "tablist"
  | "tabpanel"
  | "term"
  | "textbox"
  | "timer"
  | "toolbar"
  | "tooltip"
  | "tree"
  | "treegrid"
  | "treeitem"
  | (string & {})
