// Dialogs and sheets: native <dialog> elements, which hold the focus, give it back, and stay open through patches.

import {
  button,
  type Child,
  dialog,
  div,
  footer,
  h2,
  header,
  type Markup,
  p,
  section,
} from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { buttonAttributes } from "./button.ts"
import { type ComponentWithProps, componentWithProps, type WithChildren } from "./component.ts"
import { X } from "./icons.gen.ts"
import { closes } from "./openers.ts"

interface OverlayProps extends ElementProps<"dialog", "title" | "id"> {
  /** Of the page's own. Buttons open it with `opens(id)`. */
  readonly id: string
  /** Its name; without one, give an `aria-label`. */
  readonly title?: Child
  readonly description?: Child
  /** Buttons, at the end. */
  readonly footer?: Child
  /** Of the button that closes it. Default "Close". */
  readonly closeLabel?: string | undefined
}

export interface DialogProps extends OverlayProps {
  /** Requires a choice: no close button, and a click beside it does not close it. */
  readonly alert?: boolean | undefined
}

export interface SheetProps extends OverlayProps {
  /** The edge of the window that it stands at. Default `"right"`. */
  readonly side?: "left" | "right" | "top" | "bottom" | undefined
}

/** A window over the page: `<Dialog id="edit" title="Edit">...</Dialog>`, opened by `<Button {...opens("edit")}>`. */
export const Dialog: ComponentWithProps<DialogProps> = componentWithProps(({ alert, ...props }) =>
  alert
    ? overlay("alert-dialog", false, { role: "alertdialog", closedby: "closerequest", ...props })
    : overlay("dialog", true, { closedby: "any", ...props }),
)

/** A panel at an edge of the window, used like `Dialog`. */
export const Sheet: ComponentWithProps<SheetProps> = componentWithProps(
  ({ side = "right", ...props }) =>
    overlay("drawer", true, { closedby: "any", "data-side": side, ...props }),
)

function overlay(name: string, canClose: boolean, props: OverlayProps & WithChildren): Markup {
  const { id, title, description, footer: end, closeLabel, children, ...rest } = ownProps(props)
  const hasTitle = title !== undefined
  const hasDescription = description !== undefined
  const { class: names, ...attributes } = withClass(name, rest)
  const frame = {
    class: names,
    id,
    "aria-labelledby": hasTitle ? `${id}-title` : undefined,
    "aria-describedby": hasDescription ? `${id}-description` : undefined,
  }
  const head =
    (hasTitle || hasDescription) &&
    header(
      hasTitle && h2({ id: `${id}-title` }, title),
      hasDescription && p({ id: `${id}-description` }, description),
    )
  const content = [
    head,
    children !== undefined && section(children),
    end !== undefined && footer(end),
    canClose && closeButton(id, closeLabel),
  ]
  return dialog({ ...frame, ...attributes }, div(content))
}

/** A command, not a form with `method="dialog"`: the dialog may stand in a form, and forms cannot be nested. */
export function closeButton(id: string, label = "Close"): Markup {
  return button(
    {
      type: "button",
      ...closes(id),
      ...buttonAttributes({ variant: "ghost", size: "icon-sm", "aria-label": label }),
    },
    X(),
  )
}
