// `throw new Refusal("...")`: business logic says no, in words that reach whoever asked.
import { NitroError } from "../../shared/errors.ts"
import "../contract/errors.ts"

export interface RefusalOptions {
  /** HTTP status of a JSON answer, 400 to 499; default 409: it does not go with how things stand. */
  readonly status?: number
  /** For programs; default `"NITRO_REFUSED"`. Choose codes of your own without that prefix. */
  readonly code?: string
  /** The input that is to blame: the page shows the message by this field. */
  readonly field?: string
}

/**
 * An error whose message is meant for the one who asked: the page shows it, JSON carries it. What was written in the
 * unit of work is taken back. The text of any other error stays on the server.
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
