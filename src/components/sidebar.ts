// The sidebar layout: navigation beside the content, and on a phone a panel that a button shows. No script is needed.
import {
  a,
  aside,
  button,
  type Child,
  div,
  footer,
  h3,
  header,
  li,
  type Markup,
  nav,
  section,
  ul,
} from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type ButtonProps, buttonAttributes } from "./button.ts"
import {
  type Component,
  type ComponentWithProps,
  component,
  componentWithProps,
} from "./component.ts"
import { PanelLeft } from "./icons.gen.ts"

export interface SidebarProps extends ElementProps<"aside", "id"> {
  /** Of the page's own. Default `"sidebar"`. */
  readonly id?: string | undefined
  /** Name of the navigation. Default "Main". */
  readonly label?: string | undefined
  readonly header?: Child
  readonly footer?: Child
  readonly side?: "left" | "right" | undefined
}

/** `<Sidebar><SidebarGroup label="Shop"><SidebarItem href="/" active>Orders</SidebarItem></SidebarGroup></Sidebar><main>...</main>` */
export const Sidebar: Component<SidebarProps> = component(
  ({ id = "sidebar", label = "Main", header: head, footer: end, side, children, ...rest }) => {
    const { class: names, ...attributes } = withClass("sidebar", rest)
    // On a phone it is a popover, elsewhere the stylesheet shows it as it is.
    const frame = {
      class: names,
      id,
      popover: "auto",
      "data-side": side,
      "data-sidebar-initialized": true,
    } as const
    const parts = [
      head !== undefined && header(head),
      section(children),
      end !== undefined && footer(end),
    ]
    return aside({ ...frame, ...attributes }, nav({ "aria-label": label }, parts))
  },
)

/** Shows the sidebar on a phone; elsewhere it is not there. */
export const SidebarTrigger: Component<ButtonProps & { readonly for?: string | undefined }> =
  component(({ for: id = "sidebar", icon = PanelLeft(), children, ...props }) => {
    const look = {
      variant: "ghost",
      size: "icon",
      "aria-label": "Show the navigation",
      ...props,
    } as const
    const { class: names, ...attributes } = withClass("sidebar-trigger", buttonAttributes(look))
    return button(
      { class: names, type: "button", popovertarget: id, ...attributes },
      icon,
      children,
    )
  })

export interface SidebarGroupProps extends ElementProps<"div"> {
  readonly label?: string | undefined
}

/** Items under a label. */
export const SidebarGroup: Component<SidebarGroupProps> = component(
  ({ label, children, ...rest }) =>
    div(
      { role: "group", "aria-label": label, ...rest },
      label !== undefined && h3(label),
      ul(children),
    ),
)

export interface SidebarItemProps extends ElementProps<"a"> {
  readonly icon?: Child
  /** The page that is shown. */
  readonly active?: boolean | undefined
}

export const SidebarItem: ComponentWithProps<SidebarItemProps> = componentWithProps(
  ({ icon, active, children, ...rest }): Markup =>
    li(a({ "aria-current": active ? "page" : undefined, ...rest }, icon, children)),
)
