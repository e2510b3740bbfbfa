// Tabs: the kit's script changes them by click and arrow keys; a signal, when given, holds which one is chosen.

import { type Signal, signalPath, when } from "../datastar/index.ts"
import { a, button, type Child, div, type Markup } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"

export interface TabOptions {
  /** Of this tab among the others: letters, digits and hyphens. */
  readonly name: string
  readonly label: Child
  /** The panel. */
  readonly content?: Child
  readonly disabled?: boolean | undefined
  /** Makes it a link to the page that shows its panel, for tabs that work without JavaScript. */
  readonly href?: string | URL | undefined
}

export interface TabsProps extends ElementProps<"div", "id"> {
  /** Of the page's own. */
  readonly id: string
  /** The name of the tab list, read out. */
  readonly label: string
  readonly tabs: readonly TabOptions[]
  /** The name of the chosen tab, at first: without a signal the choice is then the user's. Default: the first that is not disabled. */
  readonly selected?: string | undefined
  /** Holds the name of the chosen tab: the page and the server can read and change it. */
  readonly signal?: Signal<string> | undefined
  readonly orientation?: "horizontal" | "vertical" | undefined
  /** `"line"` underlines the chosen tab. */
  readonly variant?: "default" | "line" | undefined
}

/** `Tabs({ id: "t", label: "Account", tabs: [{ name: "profile", label: "Profile", content: form }] })`. The choice survives patches. */
export function Tabs(props: TabsProps): Markup {
  const {
    id,
    label,
    tabs,
    selected,
    signal,
    orientation = "horizontal",
    variant,
    ...rest
  } = ownProps(props)
  const chosen = selected ?? tabs.find(tab => !ownProps(tab).disabled)?.name
  const { class: names, ...attributes } = withClass("tabs", rest)
  const list = {
    role: "tablist",
    "aria-label": label,
    "aria-orientation": orientation,
    "data-variant": variant === "line" ? variant : undefined,
  } as const
  return div(
    {
      class: names,
      id,
      ...(signal === undefined ? undefined : declared(signal, chosen)),
      ...attributes,
    },
    div(
      list,
      tabs.map(tab => tabOf(id, ownProps(tab), tab.name === chosen, signal)),
    ),
    tabs.map(tab => panelOf(id, ownProps(tab), tab.name === chosen, signal)),
  )
}

function tabOf(
  id: string,
  { name, label, disabled, href }: TabOptions,
  isChosen: boolean,
  signal: Signal<string> | undefined,
): Markup {
  const attributes = {
    role: "tab",
    id: `${id}-${name}`,
    "aria-controls": `${id}-${name}-panel`,
    "aria-selected": isChosen,
    tabindex: isChosen ? 0 : -1,
  } as const
  if (href !== undefined)
    return a({ ...attributes, ...(disabled ? { "aria-disabled": true } : { href }) }, label)
  if (signal === undefined)
    return button(
      { type: "button", ...attributes, ...preserve("aria-selected tabindex"), disabled },
      label,
    )
  const is = signal.eq(name)
  const live = {
    "data-attr:aria-selected": when(is, "true", "false"),
    "data-attr:tabindex": when(is, "0", "-1"),
    "data-on:click": signal.set(name),
  }
  return button({ type: "button", ...attributes, ...live, disabled }, label)
}

function panelOf(
  id: string,
  { name, content, href }: TabOptions,
  isChosen: boolean,
  signal: Signal<string> | undefined,
): Markup | false {
  // Of links only the chosen one has a panel on this page, and nothing that could hide it.
  if (href !== undefined && !isChosen) return false
  const attributes = {
    role: "tabpanel",
    id: `${id}-${name}-panel`,
    "aria-labelledby": `${id}-${name}`,
    tabindex: 0,
    hidden: !isChosen,
  } as const
  if (href !== undefined) return div(attributes, content)
  return div(
    {
      ...attributes,
      ...(signal === undefined ? preserve("hidden") : { "data-attr:hidden": signal.ne(name) }),
    },
    content,
  )
}

/** The signal with the tab that is chosen at first, unless the page has it already. */
function declared(signal: Signal<string>, chosen: string | undefined): object {
  const value = signalPath(signal)
    .split(".")
    .reduceRight<unknown>((inner, name) => ({ [name]: inner }), chosen)
  return { "data-signals__ifmissing": value }
}

/** The user's choice stays when a patch brings the tabs again. */
const preserve = (names: string): object => ({ "data-preserve-attr": names })
