// The error of a request for many rows: its issues name each faulty row by its index.
import { NitroError } from "../../shared/errors.ts"

export interface RowsFault {
  /** Of the first faulty row. */
  readonly code: string
  readonly status: number
  readonly fix: string
  readonly entity: string
  readonly issues: readonly { readonly path: string; readonly message: string }[]
}

export class RowsRefused extends NitroError {
  override readonly name: string = "RowsRefused"
  override readonly status: number
  override readonly audience = "client"

  constructor(message: string, { code, status, fix, entity, issues }: RowsFault) {
    super(code, message, { fix, details: { entity, issues } })
    this.status = status
  }
}
