// A live page of the host suite, and its stream as a browser opens it.
import { html, Page, render } from "../html/index.ts"
import { live } from "../live/index.ts"
import type { HostClient, NoteClass } from "./host-tools.ts"

/** A page at `/page` that lists all notes. */
export const listPage = (Note: NoteClass): { readonly "/page": () => Promise<string> } => ({
  "/page": () =>
    render(
      Page(
        { title: "Notes" },
        live(Note.where(), note => html`<li id=${note.domId}>${note.text}</li>`),
      ),
    ),
})

/** Loads `/page` and opens its stream. */
export async function openStream({ send }: HostClient, init: RequestInit): Promise<Response> {
  const text = await (await send("/page", init)).text()
  const path = /@get\((?:'|&#39;)(.*?)(?:'|&#39;)/.exec(text)?.[1]
  if (path === undefined) throw new Error(`The page opens no stream:\n${text}`)
  const headers = new Headers(init.headers)
  headers.set("datastar-request", "true")
  headers.set("accept", "text/event-stream")
  return send(path.replaceAll("&amp;", "&"), { ...init, headers })
}
