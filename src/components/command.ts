// The command palette: a dialog with a search field over a list. The kit's script filters the list and moves in it.

import {
  a,
  button,
  type Child,
  dialog,
  div,
  header,
  input,
  kbd,
  type Markup,
} from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import {
  type Component,
  type ComponentWithProps,
  component,
  componentWithProps,
} from "./component.ts"
import { closeButton } from "./dialog.ts"
import { Search } from "./icons.gen.ts"

export interface CommandProps extends ElementProps<"div", "id"> {
  /** Of the page's own. */
  readonly id: string
  /** Name of the search field. Default "Search for a command". */
  readonly label?: string | undefined
  /** Default "Type a command or search...". */
  readonly placeholder?: string | undefined
  /** Shown when nothing matches. Default "No results found." */
  readonly empty?: string | undefined
  /** Of the search field, such as `data-on:input` when the server finds the entries; then also `filter: false`. */
  readonly inputAttributes?: ElementProps<"input"> | undefined
  /** Whether the page hides what does not match. Default true. */
  readonly filter?: boolean | undefined
}

export interface CommandDialogProps
  extends ElementProps<"dialog", "id">,
    Pick<CommandProps, "id" | "label" | "placeholder" | "empty" | "inputAttributes" | "filter"> {
  /** A letter that opens it together with Ctrl or Cmd, such as `"k"`. */
  readonly shortcut?: string | undefined
  /** Of the button that closes it. Default "Close". */
  readonly closeLabel?: string | undefined
}

/** A search field over a list of commands, in the page. */
export const Command: ComponentWithProps<CommandProps> = componentWithProps(
  ({ id, label, placeholder, empty, inputAttributes, filter, children, ...rest }) => {
    const { class: names, ...attributes } = withClass("command", rest)
    return div(
      { class: names, id, ...attributes },
      searchAndList({ id, label, placeholder, empty, inputAttributes, filter }, children),
    )
  },
)

/** The same in a dialog: `<CommandDialog id="commands" shortcut="k">...</CommandDialog>`, or opened by `opens("commands")`. */
export const CommandDialog: ComponentWithProps<CommandDialogProps> = componentWithProps(
  ({
    id,
    label = "Search for a command",
    placeholder,
    empty,
    inputAttributes,
    filter,
    shortcut,
    closeLabel,
    children,
    ...rest
  }) => {
    const { class: names, ...attributes } = withClass("command-dialog", rest)
    const frame = {
      class: names,
      id,
      "aria-label": label,
      closedby: "any",
      "data-shortcut-key": shortcut,
    } as const
    const focused = { autofocus: true, ...inputAttributes }
    const content = searchAndList(
      { id, label, placeholder, empty, filter, inputAttributes: focused },
      children,
    )
    return dialog(
      { ...frame, ...attributes },
      div({ class: "command" }, content, closeButton(id, closeLabel)),
    )
  },
)

function searchAndList(
  props: Omit<CommandProps, keyof ElementProps<"div">> & { readonly id: string },
  children: Child,
): Markup[] {
  const {
    id,
    label = "Search for a command",
    placeholder = "Type a command or search...",
    empty,
    inputAttributes,
    filter = true,
  } = ownProps(props)
  const field = input({
    type: "text",
    id: `${id}-search`,
    role: "combobox",
    "aria-label": label,
    "aria-expanded": true,
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: false,
    placeholder,
    "data-filter": filter || undefined,
    "data-preserve-attr": "aria-activedescendant",
    ...inputAttributes,
  })
  const list = {
    role: "listbox",
    id: `${id}-list`,
    "aria-label": label,
    "data-empty": empty ?? "No results found.",
  } as const
  return [header(Search(), field), div(list, children)]
}

export interface CommandItemProps extends ElementProps<"button"> {
  readonly href?: string | URL | undefined
  readonly icon?: Child
  readonly shortcut?: string | undefined
  /** More words that find it. */
  readonly keywords?: string | undefined
}

/** An entry: a button, or a link. Enter and a click do what its attributes say, and close the dialog. */
export const CommandItem: Component<CommandItemProps> = component(
  ({ href, icon, shortcut, keywords, disabled, children, ...rest }) => {
    const attributes = {
      role: "option",
      tabindex: -1,
      "aria-selected": false,
      "data-keywords": keywords,
      // Entries hidden by the search or chosen by the arrows stay so when a patch brings the list again.
      "data-preserve-attr": "hidden aria-selected id",
    } as const
    const content = [
      icon,
      children,
      shortcut !== undefined && kbd({ "data-shortcut": true }, shortcut),
    ]
    if (href === undefined)
      return button({ type: "button", ...attributes, disabled, ...rest }, content)
    // An item with an address has the attributes of a link.
    return a(
      { ...attributes, ...(disabled ? { "aria-disabled": true } : { href }), ...(rest as object) },
      content,
    )
  },
)

export interface CommandGroupProps extends ElementProps<"div"> {
  readonly label: string
}

/** Entries that belong together, under a label that goes when none of them matches. */
export const CommandGroup: ComponentWithProps<CommandGroupProps> = componentWithProps(
  ({ label, children, ...rest }) =>
    div(
      { role: "group", "aria-label": label, ...rest },
      div({ role: "presentation", "data-heading": true }, label),
      children,
    ),
)
