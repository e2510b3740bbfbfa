// Attributes for buttons that open and close: the browser acts on them, so they work before and without any script.

/** The attributes of a button that acts on the element with an id. */
export interface Opener {
  readonly command?: "show-modal" | "close"
  readonly commandfor?: string
  readonly popovertarget?: string
  readonly "aria-haspopup"?: "dialog" | "menu"
}

/** Opens the dialog, sheet or command palette `id`: `<Button {...opens("edit")}>Edit</Button>`. */
export function opens(id: string): Opener {
  return { command: "show-modal", commandfor: id, "aria-haspopup": "dialog" }
}

/** Closes the dialog, sheet or command palette `id`. */
export function closes(id: string): Opener {
  return { command: "close", commandfor: id }
}

/** Shows and hides the popover, menu or sidebar `id`. */
export function toggles(id: string): Opener {
  return { popovertarget: id }
}
