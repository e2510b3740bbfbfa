// Helpers of the browser tests: a page with the client in it, and a real server that answers as planned.
import { expect, inject, vi } from "vitest"

declare module "vitest" {
  interface ProvidedContext {
    /** Steers the server under test. */
    control: string
    /** The server under test. */
    app: string
    /** Path of the official Datastar bundle, to run the tests of public behaviour against it; usually empty. */
    official: string
  }
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly steps?: readonly {
    readonly waitMs?: number
    readonly text?: string
    readonly base64?: string
  }[]
  readonly end?: "end" | "hang" | "destroy" | "refuse"
}

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly at: number
  readonly closed: boolean
}

export const isOfficial: boolean = inject("official") !== ""

/** Starts the client under test; once per test file. */
export async function loadClient(): Promise<void> {
  if (isOfficial) await import(/* @vite-ignore */ `${inject("control")}/official.js`)
  else await import("../main.ts")
  await settled()
}

/** After timers of zero and what they changed. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(resolve => setTimeout(resolve))
}

export async function render(html: string): Promise<void> {
  document.body.innerHTML = html
  await settled()
}

export function element<E extends HTMLElement = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector)
  if (!found) throw new Error(`no element matches ${selector}`)
  return found
}

let counter = 0
const run = Math.random().toString(36).slice(2)

/** A new path that responds with these, the last one again and again. Resolves to its URL. */
export async function serve(...answers: readonly Answer[]): Promise<string> {
  const path = `/${run}-${++counter}`
  await fetch(`${inject("control")}/plan?path=${path}`, {
    method: "PUT",
    body: JSON.stringify(answers),
  })
  return inject("app") + path
}

/** The same at the page's own origin, where writes carry a key. */
export async function serveHere(...answers: readonly Answer[]): Promise<string> {
  return `${location.origin}/answers${new URL(await serve(...answers)).pathname}`
}

export async function received(url: string): Promise<Received[]> {
  const path = new URL(url).pathname.replace(/^\/answers/, "")
  return (await (await fetch(`${inject("control")}/log?path=${path}`)).json()) as Received[]
}

export async function waitForRequests(url: string, count: number): Promise<Received[]> {
  return vi.waitFor(
    async () => {
      const log = await received(url)
      expect(log.length).toBeGreaterThanOrEqual(count)
      return log
    },
    { timeout: 8000, interval: 30 },
  )
}

export const stopServer = (): Promise<Response> =>
  fetch(`${inject("control")}/stop`, { method: "POST" })
export const startServer = (): Promise<Response> =>
  fetch(`${inject("control")}/start`, { method: "POST" })

export const stream = (text: string, more: Partial<Answer> = {}): Answer => ({
  headers: { "content-type": "text/event-stream" },
  steps: [{ text }],
  ...more,
})

export const elements = (html: string, options: Readonly<Record<string, string>> = {}): string =>
  `event: datastar-patch-elements\n${Object.entries(options)
    .map(([key, value]) => `data: ${key} ${value}\n`)
    .join("")}${html
    .split("\n")
    .map(line => `data: elements ${line}\n`)
    .join("")}\n`

export const signalsEvent = (patch: unknown, options = ""): string =>
  `event: datastar-patch-signals\n${options}data: signals ${JSON.stringify(patch)}\n\n`

/** Every `datastar-fetch` event of the element, as types. */
export function fetchEvents(): { types: string[]; stop: () => void } {
  const types: string[] = []
  const listener = (event: Event): void =>
    void types.push((event as CustomEvent<{ type: string }>).detail.type)
  document.addEventListener("datastar-fetch", listener)
  return { types, stop: () => document.removeEventListener("datastar-fetch", listener) }
}

/** Acts as a user: changes a control and fires its events. */
export function type(input: HTMLInputElement | HTMLTextAreaElement, value: string): void {
  input.focus()
  input.value = value
  input.dispatchEvent(new InputEvent("input", { bubbles: true }))
}

/** A separate page, with a content security policy, that loads the client as apps serve it. */
export async function frame(
  policy: string,
  head: string,
  body: string,
): Promise<{ page: Document; violations: string[] }> {
  const violations: string[] = []
  const iframe = document.createElement("iframe")
  const listen = `addEventListener("securitypolicyviolation", event => parent.postMessage({ violation: event.blockedURI }, "*"))`
  window.addEventListener(
    "message",
    ({ data }: MessageEvent<{ violation?: string }>) =>
      data.violation && violations.push(data.violation),
  )
  iframe.srcdoc = `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="${policy}">${head}
    <script nonce="n">${listen}</script><script nonce="n" type="module" src="${inject("control")}/client.js"></script></head><body>${body}</body></html>`
  document.body.append(iframe)
  await new Promise(resolve => iframe.addEventListener("load", resolve, { once: true }))
  return { page: iframe.contentDocument!, violations }
}
