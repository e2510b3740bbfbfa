// `throw new Refusal("...")`: an error whose message reaches the caller.
import { NitroError } from "../../shared/errors.ts"
import "../contract/errors.ts"

export interface RefusalOptions {
  /** HTTP status of a JSON response, 400 to 499; default 409: a conflict with the present state. */
  readonly status?: number
  /** For programs; default `"NITRO_REFUSED"`. Choose codes of your own without that prefix. */
  readonly code?: string
  /** The input that is to blame: the page shows the message by this field. */
  readonly field?: string
}

/**
 * An error whose message is meant for the caller: the page shows it, JSON carries it. The writes of the
 * unit of work are rolled back. The text of any other error stays on the server.
 */
export class Refusal extends NitroError {
  override readonly name: string = "Refusal"
  override readonly status: number
  override readonly audience = "client"

  constructor(
    message: string,
    { status = 409, code = "NITRO_REFUSED", field }: RefusalOptions = {},
  ) {
    super(
      code,
      message,
      field === undefined ? {} : { details: { issues: [{ path: field, message }] } },
    )
    this.status = status
  }
}
