// Errors in the page: one class with a permanent code, one way to report it.

/** An error of the browser client. `code` never changes. */
export class ClientError extends Error {
  override readonly name: string = "ClientError"
  readonly kind: string
  readonly code: string

  constructor(kind: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.code = `NITRO_CLIENT_${kind}`
  }
}

/** `<button#save data-on:click>`: enough to find the element in the page's source. */
export function describe(el: Element, attribute?: string): string {
  // Not `el.id`: in a form that could be a control of that name.
  const id = el.getAttribute("id") ?? ""
  const name = el.localName + (id && `#${id}`)
  return attribute ? `<${name} ${attribute}>` : `<${name}>`
}

/** Says in the console what failed and where; never throws, so one bad attribute cannot stop the page. */
export function report(kind: string, where: string, error: unknown): void {
  const cause = error instanceof Error ? error.message : String(error)
  const isComplete = error instanceof ClientError && cause.includes(where)
  console.error(
    isComplete
      ? error
      : new ClientError(
          error instanceof ClientError ? error.kind : kind,
          `${where}: ${cause}`,
          error,
        ),
  )
}
