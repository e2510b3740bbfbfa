// What must and must not compile: variants are inferred, props are checked, attributes are those of the element.
import { Badge, Button, cva, type VariantProps } from "nitro-ts/components"
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
// @ts-expect-error so is what a compound asks for
cva("", { variants: { size: { sm: "" } }, compoundVariants: [{ size: "md", class: "x" }] })

Badge("New", { variant: "outline" })
Badge({ variant: "outline", id: "b", "data-on:click": js("go()") }, "New")
// @ts-expect-error there is no such variant
Badge({ variant: "loud" }, "New")
// @ts-expect-error code is an expression
Badge({ "data-on:click": "go()" }, "New")

export const elements = [
  <Button key={1} variant="destructive" size="icon" type="submit" aria-label="Delete" name="x" loading={signal("busy", false)} />,
  // @ts-expect-error there is no such variant
  <Button key={2} variant="loud" />,
  // @ts-expect-error there is no such attribute
  <Button key={3} colour="red" />,
  // @ts-expect-error code is an expression
  <Button key={4} data-on:click="go()" />,
]
