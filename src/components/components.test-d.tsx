// Props that must and must not compile: variants are inferred, props are checked, attributes are those of the element.
import {
  Badge,
  Button,
  cva,
  Dialog,
  MenuItem,
  Pagination,
  Table,
  Tabs,
  toast,
  type VariantProps,
} from "nitro-ts/components"
import { js, signal } from "nitro-ts/datastar"

const card = cva("card", {
  variants: { size: { sm: "p-1", lg: "p-4" }, flat: { true: "border", false: null } },
  compoundVariants: [{ size: ["sm", "lg"], flat: true, class: "x" }],
  defaultVariants: { size: "sm" },
})
type CardVariants = VariantProps<typeof card>
const chosen: CardVariants = { size: "lg", flat: true }
card({ ...chosen, class: ["more"] })
// @ts-expect-error there is no such size
card({ size: "xl" })
// @ts-expect-error there is no such variant
card({ color: "red" })
// @ts-expect-error a default is one of the values
cva("", { variants: { size: { sm: "" } }, defaultVariants: { size: "md" } })
// @ts-expect-error so are the required props of a compound
cva("", { variants: { size: { sm: "" } }, compoundVariants: [{ size: "md", class: "x" }] })

Badge("New", { variant: "outline" })
Badge({ variant: "outline", id: "b", "data-on:click": js("go()") }, "New")
// @ts-expect-error there is no such variant
Badge({ variant: "loud" }, "New")
// @ts-expect-error code is an expression
Badge({ "data-on:click": "go()" }, "New")

export const elements = [
  <Button
    key={1}
    variant="destructive"
    size="icon"
    type="submit"
    aria-label="Delete"
    name="x"
    loading={signal("busy", false)}
  />,
  // @ts-expect-error there is no such variant
  <Button key={2} variant="loud" />,
  // @ts-expect-error there is no such attribute
  <Button key={3} colour="red" />,
  // @ts-expect-error code is an expression
  <Button key={4} data-on:click="go()" />,
]

Table({ columns: ["name", { key: "price", type: "currency" }], rows: [{ name: "a", price: 1 }] })
// @ts-expect-error the rows have no such key
Table({ columns: ["nmae"], rows: [{ name: "a" }] })
// @ts-expect-error a page needs an address
Pagination({ page: 1, pages: 2 })
// @ts-expect-error a dialog needs an id
Dialog({ title: "T" })
// @ts-expect-error a signal of tabs holds text
Tabs({ id: "t", label: "L", tabs: [], signal: signal("n", 1) })
// @ts-expect-error there is no such duration
toast({ title: "Saved", duration: 5000 })
// @ts-expect-error code is an expression
MenuItem({ "data-on:click": "go()" }, "Go")
