// Limits the parts of an error that a client sees: text and details by the audience of its code, and never a hidden field.

import { hiddenFieldsOf } from "../../entity/internal.ts"
import { beforeFirst } from "../../shared/before-first.ts"
import { NitroError } from "../../shared/errors.ts"
import { RowsRefused } from "./rows-refused.ts"

export interface ShownIssue {
  readonly path: string
  readonly message: string
}

/** An error as a client sees it. */
export interface ShownError {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly issues: readonly ShownIssue[]
  /** Without the issues. */
  readonly details: Readonly<Record<string, unknown>>
  /** For the header `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined
  /** The text says nothing of what happened: the error belongs into the log. */
  readonly isReported: boolean
}

const maxIssues = 50
/** Of a request for many rows, which may all have one. */
const maxIssuesOfRows = 1000

export function shownError(error: unknown): ShownError {
  if (!(error instanceof NitroError)) return failure(500)
  // A code for the server with a status below 500 says what the application did wrong, and not the client.
  if (error.audience !== "client")
    return { ...failure(Math.max(error.status, 500)), retryAfterSeconds: error.retryAfterSeconds }
  const { status, code, clientMessage, retryAfterSeconds } = error
  if (clientMessage !== undefined)
    return {
      status,
      code,
      message: clientMessage,
      issues: [],
      details: {},
      retryAfterSeconds,
      isReported: false,
    }
  // Errors of the catalog that list issues write them so.
  const { issues = [], ...details } = error.details as {
    readonly issues?: readonly ShownIssue[]
  } & Record<string, unknown>
  // Paths of rows begin with their list, and each row's issues were looked through already.
  const hidden =
    typeof details["entity"] === "string" && !(error instanceof RowsRefused)
      ? hiddenFieldsOf(details["entity"])
      : none
  const visible = issues.filter(({ path }) => !isWithin(path, hidden))
  if (visible.length === issues.length) {
    return {
      status,
      code,
      message: cut(error.message),
      issues: issues.slice(0, error instanceof RowsRefused ? maxIssuesOfRows : maxIssues),
      details,
      retryAfterSeconds,
      isReported: false,
    }
  }
  // No client can set such a field, so none has to correct it.
  if (visible.length === 0) return failure(500)
  const message = `${String(details["entity"])} is not valid. ${visible.map(({ path, message }) => `${path}: ${message}`).join("; ")}`
  return {
    status,
    code,
    message: cut(message),
    issues: visible.slice(0, maxIssues),
    details: { entity: details["entity"] },
    isReported: false,
  }
}

const none: ReadonlySet<string> = new Set()

/** `password` and `password.hash` of a hidden `password`. */
function isWithin(path: string, hidden: ReadonlySet<string>): boolean {
  return hidden.size > 0 && hidden.has(beforeFirst(path, "."))
}

const maxMessage = 4000

/** A list of wrong members, each named with its message, is as long as the request that held it. */
function cut(message: string): string {
  return message.length <= maxMessage ? message : `${message.slice(0, maxMessage)}…`
}

function failure(status: number): ShownError {
  const message =
    status === 503
      ? "The server is busy. Please try again in a moment."
      : "Something went wrong. The error was logged."
  return { status, code: "NITRO_INTERNAL", message, issues: [], details: {}, isReported: true }
}
