// The door of the component kit: Basecoat's look as typed components, usable with the keyboard and without JavaScript.
export type { ElementProps } from "./attributes.ts"
export { Badge, type BadgeProps, type BadgeVariant } from "./badge.ts"
export { Button, type ButtonProps, type ButtonSize, type ButtonVariant } from "./button.ts"
export { type ClassName, cn } from "./cn.ts"
export { type Component, type ComponentWithProps, component, componentWithProps, type WithChildren } from "./component.ts"
export { type Cva, type CvaOptions, cva, type VariantProps } from "./cva.ts"
export { type FormatOptions, type FormatType, formatCell, formatDisplay } from "./format.ts"
