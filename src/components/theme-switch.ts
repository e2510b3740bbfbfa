// The theme switch: a button between light and dark, remembered where `Page` looks before the first paint.
import { button } from "../html/index.ts"
import { type ButtonProps, buttonAttributes } from "./button.ts"
import { type Component, component } from "./component.ts"
import { Moon, Sun } from "./icons.gen.ts"

export interface ThemeSwitchProps extends ButtonProps {
  /** Stands in the upper corner of the page, outside of its flow. */
  readonly corner?: boolean | undefined
}

/** `<ThemeSwitch corner />`. Without JavaScript it is hidden: the page then follows the system. */
export const ThemeSwitch: Component<ThemeSwitchProps> = component(props => {
  const { icon: _, children, corner, ...rest } = props
  const look = {
    variant: "ghost",
    size: "icon",
    "aria-label": "Switch between light and dark",
  } as const
  const attributes = buttonAttributes({ ...look, ...rest })
  return button(
    { type: "button", "data-theme-switch": corner ? "corner" : true, ...attributes },
    Sun(),
    Moon(),
    children,
  )
})
