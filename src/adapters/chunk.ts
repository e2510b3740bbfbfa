// The chunks of HTTP/1.1.

const lineEnd = Buffer.from("\r\n")

/** `bytes` as one chunk (RFC 9112, 7.1). One of no bytes would end the response. */
export function chunkOf(bytes: Uint8Array): Buffer {
  if (bytes.byteLength === 0) return Buffer.alloc(0)
  return Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, lineEnd])
}
