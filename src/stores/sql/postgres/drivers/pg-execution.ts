// One run of a prepared statement on a client of pg, in place of pg's own Query: no events, no rows as objects.
import type { Row } from "../../../../entity/store.ts"
import { type Parser, parserOf } from "../values.ts"

/** The part of a pg client's connection that its queries write to. */
export interface PgConnection {
  readonly stream: { cork(): void; uncork(): void }
  /** Texts by the names of statements that are prepared. */
  readonly parsedStatements: Readonly<Record<string, string>>
  /** The same for those on their way. Not in older versions. */
  readonly submittedNamedStatements?: Record<string, string>
  parse(message: { readonly text: string; readonly name: string }): void
  bind(message: {
    readonly portal: string
    readonly statement: string
    readonly values: readonly unknown[]
    readonly binary: boolean
    readonly valueMapper: (value: unknown) => unknown
  }): void
  describe(message: { readonly type: "P"; readonly name: string }): void
  execute(message: { readonly portal: string; readonly rows: number }): void
  sync(): void
  sendCopyFail(reason: string): void
}

export type ExecutionCallback = (error: Error | null, result: Execution) => void

/**
 * What pg calls a submittable, as its cursors are. pg's Query copies its configuration with property descriptors, is an
 * event emitter, and builds a result with fields: together a third of what a small query costs.
 */
export class Execution {
  readonly text: string
  readonly name: string
  readonly values: readonly unknown[]
  readonly rows: Row[] = []
  fields: readonly { readonly name: string; readonly dataTypeID: number }[] = []
  rowCount = 0
  command = ""
  callback: ExecutionCallback
  #parsers: Parser[] = []
  #failure: Error | undefined

  constructor(text: string, name: string, values: readonly unknown[], callback: ExecutionCallback) {
    this.text = text
    this.name = name
    this.values = values
    this.callback = callback
  }

  submit(connection: PgConnection): null {
    const { name, text, values } = this
    connection.stream.cork()
    try {
      if (
        name === "" ||
        (connection.parsedStatements[name] ?? connection.submittedNamedStatements?.[name]) ===
          undefined
      ) {
        connection.parse({ text, name })
        if (name !== "" && connection.submittedNamedStatements)
          connection.submittedNamedStatements[name] = text
      }
      connection.bind({ portal: "", statement: name, values, binary: false, valueMapper: toWire })
      connection.describe(portal)
      connection.execute(wholePortal)
      connection.sync()
    } finally {
      connection.stream.uncork()
    }
    return null
  }

  handleRowDescription({
    fields,
  }: {
    readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  }): void {
    this.fields = fields
    this.#parsers = fields.map(field => parserOf(field.dataTypeID))
  }

  handleDataRow({ fields }: { readonly fields: unknown[] }): void {
    if (this.#failure !== undefined) return
    try {
      for (let index = 0; index < fields.length; index++) {
        const text = fields[index]
        const parser = this.#parsers[index]
        if (typeof text === "string" && parser !== undefined) fields[index] = parser(text)
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    this.rows.push(fields)
  }

  /** `SELECT 10`, `INSERT 0 1`, `COMMIT` */
  handleCommandComplete({ text }: { readonly text: string }): void {
    const space = text.lastIndexOf(" ")
    this.command = text
    this.rowCount = space < 0 ? 0 : Number(text.slice(space + 1))
  }

  handleReadyForQuery(): void {
    this.callback(this.#failure ?? null, this)
  }

  handleError(error: Error): void {
    this.callback(error, this)
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: PgConnection): void {
    connection.sendCopyFail("Statements of entities copy nothing.")
  }

  handleCopyData(): void {}
}

const portal = { type: "P", name: "" } as const
const wholePortal = { portal: "", rows: 0 }

/** Bytes travel as they are, all else as text. The values were checked. */
function toWire(value: unknown): unknown {
  if (typeof value === "string" || value === null || value === undefined) return value ?? null
  if (value instanceof Uint8Array)
    return Buffer.isBuffer(value)
      ? value
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return String(value)
}
