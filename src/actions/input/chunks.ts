// Bytes that are pulled piece by piece, as an iterator and as a stream.

/** Undefined at the end. */
export type Next = () => Promise<Uint8Array | undefined>

/** Leaving a loop reads no further, and the next one goes on there. */
export function iteratorOf(next: Next): AsyncIterator<Uint8Array> {
  return {
    async next() {
      const value = await next()
      return value === undefined ? { done: true, value } : { done: false, value }
    },
  }
}

export function streamOf(next: Next): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await next()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
    },
    // Nothing is read ahead.
    { highWaterMark: 0 },
  )
}
