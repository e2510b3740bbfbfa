// Types of icons: names that are accepted and refused.
import { icon } from "nitro-ts/icons"
import { Trash } from "nitro-ts/icons/lucide"

icon("trash")
icon("trash", { size: 16, label: "Delete", class: ["a", { b: true }], "stroke-width": 1 })
Trash({ size: "1em" })
export const shown = <Trash size={16} label="Delete" data-x="1" />

// @ts-expect-error no icon has this name
icon("trahs")
// @ts-expect-error a list is no size
icon("trash", { size: [16] })
// @ts-expect-error an icon has no children
export const refused = <Trash>text</Trash>
// @ts-expect-error an icon has its size from `size`
Trash({ width: 16 })
