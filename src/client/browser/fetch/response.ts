// Handles a response by its content type: a stream of events, elements, signals, or a script.
import { patchesSettled } from "../patch/watch.ts"
import { dispatch } from "./events.ts"
import { readEvents, type ServerEvent, type ServerEventHandlers } from "./sse.ts"

type StreamHandlers = Omit<ServerEventHandlers, "event">

/** Handles the whole body of a successful response. True if it was an event stream, which may be opened again. */
export async function handleResponse(
  response: Response,
  el: Element,
  handlers: StreamHandlers,
): Promise<boolean> {
  if (response.status === 204 || !response.body) return false
  const type = response.headers.get("content-type") ?? ""
  const fromHeaders = (...names: string[]): Record<string, string> => {
    const args: Record<string, string> = {}
    for (const name of names) {
      const value = response.headers.get(
        `datastar-${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`,
      )
      if (value !== null) args[name] = value
    }
    return args
  }
  if (type.includes("text/event-stream")) {
    await readEvents(response.body, { ...handlers, event: event => dispatchEvent(event, el) })
    return true
  }
  if (type.includes("text/html")) {
    const args = fromHeaders(
      "selector",
      "mode",
      "namespace",
      "useViewTransition",
      "viewTransitionSelector",
    )
    dispatch("datastar-patch-elements", el, { ...args, elements: await response.text() })
  } else if (type.includes("application/json")) {
    dispatch("datastar-patch-signals", el, {
      ...fromHeaders("onlyIfMissing"),
      signals: await response.text(),
    })
  } else if (/\b(?:text|application)\/javascript\b/.test(type)) {
    runScript(await response.text(), response.headers.get("datastar-script-attributes"))
  } else await response.body.cancel()
  await patchesSettled()
  return false
}

/** `key value` lines; lines of the same key belong together. */
function dispatchEvent({ event, data }: ServerEvent, el: Element): Promise<void> | void {
  if (!event.startsWith("datastar")) return
  const args: Record<string, string> = Object.create(null)
  for (const line of data.split("\n")) {
    const space = line.indexOf(" ")
    const key = space < 0 ? line : line.slice(0, space)
    const value = space < 0 ? "" : line.slice(space + 1)
    args[key] = key in args ? `${args[key]}\n${value}` : value
  }
  dispatch(event, el, args)
  return patchesSettled()
}

function runScript(source: string, attributes: string | null): void {
  const script = document.createElement("script")
  for (const [name, value] of Object.entries<unknown>(JSON.parse(attributes ?? "{}")))
    script.setAttribute(name, `${value}`)
  script.textContent = source
  document.head.append(script)
  // A classic script has run by now; it would only pile up.
  if (script.type !== "module") script.remove()
}
