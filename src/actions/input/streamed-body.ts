// A request body that an action reads while it arrives: counted, and no faster than the action pulls.
import { NitroError } from "../../shared/errors.ts"
import type { InputLimits } from "../contract/limits.ts"
import { tooLarge } from "../contract/limits.ts"
import { mediaTypeOf, multipart } from "../contract/media-type.ts"
import type { BodyPart, RequestBody } from "../contract/request-body.ts"
import { assertDeclaredLength, endedEarly } from "./body.ts"
import { iteratorOf, streamOf } from "./chunks.ts"
import { hostBodyOf } from "./host-body.ts"
import { MultipartReader } from "./multipart.ts"

/** The body of a request to the route `name`. @throws NITRO_BODY_LOST where the host has read it, NITRO_BODY_TOO_LARGE by its declared length. */
export async function openBody(
  request: Request,
  name: string,
  limits: Required<InputLimits>,
): Promise<StreamedBody> {
  assertDeclaredLength(request, limits.maxBodyBytes)
  const host = await hostBodyOf(request)?.()
  if (host?.kind === "sent") {
    const { content } = host
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
    return new StreamedBody(request, new Blob([bytes]).stream(), limits)
  }
  if (host !== undefined || request.bodyUsed)
    throw new NitroError(
      "NITRO_BODY_LOST",
      `${name} takes its body as a stream, and middleware has read that body before nitro.`,
      {
        fix: "Put the body parser behind nitro, or leave the path of this action out of it.",
      },
    )
  return new StreamedBody(request, request.body ?? undefined, limits)
}

export class StreamedBody implements RequestBody {
  readonly type: string
  readonly length: number | undefined
  readonly #limits: Required<InputLimits>
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #size = 0
  #isOver = false
  #stream: ReadableStream<Uint8Array> | undefined

  constructor(
    { headers }: Request,
    source: ReadableStream<Uint8Array> | undefined,
    limits: Required<InputLimits>,
  ) {
    const length = headers.get("content-length")
    this.type = headers.get("content-type") ?? ""
    this.length = length === null ? undefined : Number(length)
    this.#reader = source?.getReader()
    this.#limits = limits
  }

  get stream(): ReadableStream<Uint8Array> {
    this.#stream ??= streamOf(() => this.#next())
    return this.#stream
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return iteratorOf(() => this.#next())
  }

  parts(): AsyncIterable<BodyPart> {
    if (mediaTypeOf(this.type) !== multipart)
      throw new NitroError(
        "NITRO_UNSUPPORTED_BODY",
        `The body has no parts: its type is "${this.type.slice(0, 100) || "(none)"}", not ${multipart}.`,
      )
    return new MultipartReader(() => this.#next(), this.type, this.#limits.maxFields)
  }

  /** The response is made: nothing is read any more, and the rest can be dropped. */
  end(): void {
    this.#isOver = true
    // A pending read rejects.
    this.#reader?.releaseLock()
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#isOver) throw endedBody()
    const read = await this.#reader?.read().catch((error: unknown) => {
      throw this.#isOver ? endedBody() : endedEarly(error)
    })
    if (read === undefined || read.done) return undefined
    this.#size += read.value.byteLength
    const { maxBodyBytes } = this.#limits
    if (this.#size > maxBodyBytes) throw tooLarge(maxBodyBytes)
    return read.value
  }
}

function endedBody(): NitroError {
  return new NitroError(
    "NITRO_BODY_ENDED",
    "The body of the request was read after the action had responded.",
  )
}
