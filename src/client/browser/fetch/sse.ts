// Parses text/event-stream (WHATWG HTML, section 9.2), in pieces of any size.

export interface ServerEvent {
  readonly event: string
  readonly data: string
  /** The id that came with it: it counts only once the event has been handled. */
  readonly id: string | undefined
}

export interface ServerEventHandlers {
  /** May be asynchronous; the reader waits before it goes on. */
  readonly event: (event: ServerEvent) => void | Promise<void>
  /** The last event id, to be sent when the stream is opened again; empty resets it. */
  readonly id: (id: string) => void
  /** The server's wish for the reconnection time, in milliseconds. */
  readonly retry: (milliseconds: number) => void
  /** Something arrived, if only a comment. */
  readonly alive: () => void
}

/** Reads a body to its end. Rejects when the connection breaks. */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  handlers: ServerEventHandlers,
): Promise<void> {
  const decoder = new TextDecoder()
  const feed = eventParser(handlers)
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      handlers.alive()
      for (const event of feed(decoder.decode(value, { stream: true }))) {
        await handlers.event(event)
        if (event.id !== undefined) handlers.id(event.id)
      }
    }
  } finally {
    reader.releaseLock()
  }
}

/** Takes text as it comes and yields the events that are complete; an event cut off by the end is dropped. */
export function eventParser({
  id,
  retry,
}: Pick<ServerEventHandlers, "id" | "retry">): (text: string) => Generator<ServerEvent> {
  let rest = ""
  let afterReturn = false
  let type = ""
  let data: string[] = []
  let newId: string | undefined
  const line = (text: string): ServerEvent | undefined => {
    if (!text) {
      const event = data.length
        ? { event: type || "message", data: data.join("\n"), id: newId }
        : undefined
      if (!event && newId !== undefined) id(newId)
      newId = undefined
      type = ""
      data = []
      return event
    }
    const colon = text.indexOf(":")
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? "" : text.slice(colon + (text[colon + 1] === " " ? 2 : 1))
    if (field === "data") data.push(value)
    else if (field === "event") type = value
    else if (field === "id" && !value.includes("\0")) newId = value
    else if (field === "retry" && /^\d+$/.test(value)) retry(Number(value))
    return undefined
  }
  return function* feed(text: string) {
    let at = 0
    // A line feed that begins a piece may belong to the carriage return that ended the last one.
    if (afterReturn && text[0] === "\n") at = 1
    if (text) afterReturn = false
    const ends = /\r\n|\n|\r/g
    ends.lastIndex = at
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      const event = line(rest + text.slice(at, end.index))
      rest = ""
      at = ends.lastIndex
      if (event) yield event
    }
    if (at) afterReturn = at === text.length && text.endsWith("\r")
    rest += text.slice(at)
  }
}
