// Parts of a multipart form as they come in (RFC 7578): a part holds no more than the end of a chunk, whatever its size.
import { NitroError } from "../../shared/errors.ts"
import { tooComplex, tooLarge, tooManyFields } from "../contract/limits.ts"
import type { BodyPart } from "../contract/request-body.ts"
import { iteratorOf, type Next, streamOf } from "./chunks.ts"

/** Bytes of the headers of one part. */
const maxHeadBytes = 8 * 1024
const maxTextBytes = 64 * 1024
const lineEnd = Buffer.from("\r\n")
const headEnd = Buffer.from("\r\n\r\n")

export class MultipartReader implements AsyncIterable<BodyPart> {
  readonly #pull: Next
  readonly #maxParts: number
  /** With the line end in front, as it stands behind each part. */
  readonly #delimiter: Buffer
  /** Bytes that are read and not used. They begin with a line end, so that the first delimiter is like the others. */
  #rest: Buffer = lineEnd
  #parts: AsyncGenerator<BodyPart> | undefined

  constructor(pull: Next, type: string, maxParts: number) {
    const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type)
    if (boundary === null) throw malformed()
    this.#delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`)
    this.#pull = pull
    this.#maxParts = maxParts
  }

  [Symbol.asyncIterator](): AsyncIterator<BodyPart> {
    const parts = this.#parts ?? this.#read()
    this.#parts = parts
    return { next: () => parts.next() }
  }

  async *#read(): AsyncGenerator<BodyPart> {
    await this.#skip()
    for (let count = 0; !(await this.#isEnd()); ) {
      if (++count > this.#maxParts) throw tooManyFields(this.#maxParts)
      const head = partHead(await this.#head())
      const content = this.#content()
      yield new Part(head, content)
      // The action may have left it in the middle.
      while ((await content()) !== undefined);
    }
  }

  /** Up to the first delimiter, which nothing may stand in front of but a preamble. */
  async #skip(): Promise<void> {
    const content = this.#content()
    while ((await content()) !== undefined);
  }

  /** Behind a delimiter: whether it was the last one. */
  async #isEnd(): Promise<boolean> {
    while (this.#rest.length < 2) await this.#more()
    if (this.#rest[0] === 0x2d && this.#rest[1] === 0x2d) return true
    // Spaces may follow a delimiter: RFC 2046, 5.1.1.
    for (let at = this.#rest.indexOf(lineEnd); ; at = this.#rest.indexOf(lineEnd)) {
      if (at > maxHeadBytes || (at < 0 && this.#rest.length > maxHeadBytes)) throw malformed()
      if (at >= 0) {
        if (this.#rest.toString("latin1", 0, at).trim() !== "") throw malformed()
        // The line end stays: a part without headers has its end right there.
        this.#rest = this.#rest.subarray(at)
        return false
      }
      await this.#more()
    }
  }

  async #head(): Promise<string> {
    for (;;) {
      const at = this.#rest.indexOf(headEnd)
      if (at > maxHeadBytes || (at < 0 && this.#rest.length > maxHeadBytes + headEnd.length))
        throw tooComplex(`The headers of a part are longer than ${maxHeadBytes} bytes.`)
      if (at >= 0) {
        const head = this.#rest.toString("utf8", 0, at)
        this.#rest = this.#rest.subarray(at + headEnd.length)
        return head
      }
      await this.#more()
    }
  }

  /** The bytes in front of the next delimiter, which is used up with the last of them. */
  #content(): Next {
    let isOver = false
    return async () => {
      while (!isOver) {
        const at = this.#rest.indexOf(this.#delimiter)
        // The end may be the beginning of a delimiter.
        const end = at >= 0 ? at : this.#rest.length - this.#delimiter.length + 1
        isOver = at >= 0
        if (end > 0) {
          const content = this.#rest.subarray(0, end)
          this.#rest = this.#rest.subarray(isOver ? end + this.#delimiter.length : end)
          return content
        }
        if (isOver) this.#rest = this.#rest.subarray(this.#delimiter.length)
        else await this.#more()
      }
      return undefined
    }
  }

  async #more(): Promise<void> {
    const chunk = await this.#pull()
    if (chunk === undefined) throw malformed()
    this.#rest = Buffer.concat([this.#rest, chunk])
  }
}

interface PartHead {
  readonly name: string
  readonly filename: string | undefined
  readonly type: string
}

class Part implements BodyPart {
  readonly name: string
  readonly filename: string | undefined
  readonly type: string
  readonly #next: Next
  #stream: ReadableStream<Uint8Array> | undefined

  constructor({ name, filename, type }: PartHead, next: Next) {
    this.name = name
    this.filename = filename
    this.type = type
    this.#next = next
  }

  get stream(): ReadableStream<Uint8Array> {
    this.#stream ??= streamOf(this.#next)
    return this.#stream
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return iteratorOf(this.#next)
  }

  async text(maxBytes: number = maxTextBytes): Promise<string> {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of this) {
      size += chunk.byteLength
      if (size > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString("utf8")
  }
}

function partHead(text: string): PartHead {
  let disposition = ""
  let type = ""
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":")
    const name = line.slice(0, colon).trim().toLowerCase()
    if (name === "content-disposition") disposition = line.slice(colon + 1).trim()
    if (name === "content-type") type = line.slice(colon + 1).trim()
  }
  let name: string | undefined
  let filename: string | undefined
  if (!/^form-data\b/i.test(disposition)) throw malformed()
  for (const [, parameter = "", quoted, plain = ""] of disposition.matchAll(
    /;\s*([\w*-]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^\s;]*))/g,
  )) {
    const value = quoted === undefined ? plain : unescaped(quoted)
    if (/^name$/i.test(parameter)) name ??= value
    if (/^filename$/i.test(parameter)) filename ??= value
  }
  if (name === undefined) throw malformed()
  return { name, filename, type }
}

/** Browsers write quotes and line ends as escapes of addresses (HTML, 4.10.22.8), programs with a backslash. */
function unescaped(text: string): string {
  return text
    .replaceAll('\\"', '"')
    .replace(/%(22|0D|0A)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

function malformed(): NitroError {
  return new NitroError("NITRO_BAD_REQUEST", "The multipart form in the request body is malformed.")
}
