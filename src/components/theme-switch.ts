// The theme switch: a button between light and dark, remembered where `Page` looks before the first paint.
import { button } from "../html/index.ts"
import { type ButtonProps, buttonAttributes } from "./button.ts"
import { type Component, component } from "./component.ts"
import { Moon, Sun } from "./icons.gen.ts"

/** `ThemeSwitch()`. Without JavaScript it is hidden: the page then follows the system. */
export const ThemeSwitch: Component<ButtonProps> = component(({ icon: _, children, ...props }) => {
  const look = {
    variant: "ghost",
    size: "icon",
    "aria-label": "Switch between light and dark",
  } as const
  const attributes = buttonAttributes({ ...look, ...props })
  return button(
    { type: "button", "data-theme-switch": true, ...attributes },
    Sun(),
    Moon(),
    children,
  )
})
