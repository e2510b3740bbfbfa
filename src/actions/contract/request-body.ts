// The body of a request as an action reads it piece by piece.

/**
 * The body of a request to an action with `body: "stream"`: read once, at the pace of the action. Reading rejects with
 * `NITRO_BODY_TOO_LARGE` above the limit, and with `NITRO_BAD_REQUEST` when the client leaves in the middle. The unread rest is dropped
 * once the action has responded.
 */
export interface RequestBody extends AsyncIterable<Uint8Array> {
  /** Its `Content-Type`, the empty string for none. */
  readonly type: string
  /** Its `Content-Length`; undefined where the client has sent none. */
  readonly length: number | undefined
  /** The same bytes as a stream: `pipeline(body.stream, createWriteStream(path))`. */
  readonly stream: ReadableStream<Uint8Array>
  /** The parts of a multipart form, in their order; the unread rest of a part is skipped. @throws NITRO_UNSUPPORTED_BODY for any other body. */
  parts(): AsyncIterable<BodyPart>
}

/** One part of a multipart form: a field, or a file. */
export interface BodyPart extends AsyncIterable<Uint8Array> {
  /** Of its field. */
  readonly name: string
  /** As the client sent it, so no path to write to; undefined for a field that is no file. */
  readonly filename: string | undefined
  /** Its `Content-Type`, the empty string for none. */
  readonly type: string
  readonly stream: ReadableStream<Uint8Array>
  /** The whole part as text. @throws NITRO_BODY_TOO_LARGE above `maxBytes`, 64 KiB by default. */
  text(maxBytes?: number): Promise<string>
}
