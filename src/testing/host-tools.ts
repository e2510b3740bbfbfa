// Shared parts of the host suite's groups: a test on a running host, its client, and the entities that it serves.

import { z } from "zod"
import { type ActionCall, action, context, expose, redirect } from "../actions/index.ts"
import type { NitroOptions } from "../adapters/fetch.ts"
import { Entity, type EntityStatics, memory } from "../entity/index.ts"
import { NitroError } from "../shared/errors.ts"
import { anySession } from "./any-session.ts"
import type { HostFeature, HostSetup, HostSuiteOptions } from "./host-setup.ts"
import type { TestRunner } from "./runner.ts"

/** Set by a test to be called in the middle of an action. */
export interface Signals {
  /** Resolves when the action `slow` has begun. */
  readonly begun: Promise<void>
  begin(): void
  /** Lets the action `slow` go on. */
  finish(): void
  readonly finished: Promise<void>
  /** The code of the error that ended the action `upload` before its body had. */
  readonly aborted: Promise<string>
  abort(code: string): void
}

function signals(): Signals {
  let begin = (): void => undefined
  let finish = (): void => undefined
  const begun = new Promise<void>(resolve => {
    begin = resolve
  })
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  let abort = (_code: string): void => undefined
  const aborted = new Promise<string>(resolve => {
    abort = resolve
  })
  return {
    begun,
    begin: () => begin(),
    finish: () => finish(),
    finished,
    aborted,
    abort: code => abort(code),
  }
}

// Spelled out: declarations are made file by file, without inference.
export interface NoteValues {
  readonly id: string
  text: string
  likes: number
}
export type NoteInput = Partial<NoteValues> & { text: string }
export type NoteClass = EntityStatics<NoteValues, NoteInput, Partial<NoteValues>>

/** A separate class for each test, so that no test sees rows of another. */
function noteClass(steps: Signals): NoteClass {
  return class Note extends Entity("Note", {
    text: z.string().min(1),
    likes: z.int().default(0),
  }) {
    static store = memory()
    like(): void {
      this.likes += 1
    }
    /** Waits in the middle, until the test lets it go on. */
    async slow(): Promise<void> {
      this.text = "slow"
      steps.begin()
      await steps.finished
    }
    static archive(): Response {
      return redirect("/archived", { cookies: ["seen=1; Path=/", "basket=; Path=/; Max-Age=0"] })
    }
    static teapot(): Response {
      return new Response("short and stout", { status: 418, headers: { "x-pot": "tea" } })
    }
    static broken(): void {
      throw new Error("a detail of the server")
    }
    static echo({ words }: { words: string }): { words: string } {
      return { words }
    }
    /** Waits behind the first piece of its body, until the test lets it go on. */
    static async upload(
      _input: unknown,
      { body, signal }: ActionCall,
    ): Promise<{ bytes: number; largest: number }> {
      let bytes = 0
      let largest = 0
      try {
        for await (const chunk of body) {
          bytes += chunk.byteLength
          largest = Math.max(largest, chunk.byteLength)
          steps.begin()
          await steps.finished
        }
      } catch (error) {
        // The signal may come a moment later than the end of the body.
        if (!(error instanceof NitroError) || error.code !== "NITRO_BAD_REQUEST") throw error
        if (!signal.aborted)
          await new Promise(resolve => signal.addEventListener("abort", resolve, { once: true }))
        steps.abort(error.code)
        throw error
      }
      return { bytes, largest }
    }
    static async files(_input: unknown, { body }: ActionCall): Promise<readonly object[]> {
      const files: object[] = []
      for await (const { name, filename = null, type, stream } of body.parts()) {
        let bytes = 0
        for await (const chunk of stream) bytes += chunk.byteLength
        files.push({ name, filename, type, bytes })
      }
      return files
    }
    static async seen(): Promise<Response> {
      return Response.json(await context().signals)
    }
    static async remember({ words }: { words: string }): Promise<Response> {
      const session = anySession()
      const before = session.get("words") ?? null
      session.set("words", words)
      if (words === "rotate") session.rotate()
      if (words === "destroy") session.destroy()
      if (words === "fail") throw new Error("a failure")
      return Response.json({ before })
    }
    static menu(): Response {
      return new Response("tea", { headers: { "content-type": "text/plain" } })
    }
    static agent(): Response {
      const { request } = context()
      return Response.json({ url: request.url, agent: request.headers.get("user-agent") })
    }
    /** Sends its second part when the test says so. */
    static parts(): Response {
      const text = new TextEncoder()
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(text.encode("one,"))
          await steps.finished
          controller.enqueue(text.encode("two"))
          controller.close()
        },
      })
      return new Response(body, { headers: { "content-type": "text/plain" } })
    }
    static {
      action(this, "like")
      action(this, "slow")
      action(this, "archive")
      action(this, "teapot")
      action(this, "broken")
      action(this, "echo", { input: { words: z.string() } })
      action(this, "seen")
      action(this, "remember", { input: { words: z.string() } })
      action(this, "upload", { body: "stream" })
      action(this, "files", { body: "stream" })
      for (const name of ["menu", "agent", "parts"] as const) action(this, name, { method: "GET" })
    }
  }
}
/** A request of one test. */
export interface HostClient {
  readonly url: string
  readonly Note: NoteClass
  readonly steps: Signals
  /** A request to a path of the host. Redirects are not followed. */
  send(path: string, init?: RequestInit): Promise<Response>
  /** Posts JSON as a program does. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

export interface HostTestOptions extends Partial<Omit<HostSetup, "options" | "pages">> {
  readonly options?: Omit<NitroOptions, "entities">
  readonly pages?: (Note: NoteClass) => HostSetup["pages"]
  readonly needs?: HostFeature
}

export interface HostTools {
  readonly expect: TestRunner["expect"]
  test(name: string, run: (client: HostClient) => Promise<void>, options?: HostTestOptions): void
}

export function hostTools(
  runner: TestRunner,
  { start, missing = [] }: HostSuiteOptions,
): HostTools {
  return {
    expect: value => runner.expect(value),
    test(name, run, { options = {}, pages, needs, ...setup } = {}) {
      if (needs !== undefined && missing.includes(needs)) {
        runner.it.skip(`${name} (not for a host without the feature "${needs}")`, async () => {})
        return
      }
      runner.it(name, async () => {
        const steps = signals()
        const Note = noteClass(steps)
        const host = await start({
          mount: "",
          hasBodyParser: false,
          hasCompression: false,
          hasErrorHandler: false,
          ...setup,
          options: { ...options, entities: [expose(Note, { allow: () => true })] },
          pages: pages?.(Note) ?? {},
        })
        const send: HostClient["send"] = (path, init) =>
          fetch(host.url + path, { redirect: "manual", ...init })
        try {
          await run({
            url: host.url,
            Note,
            steps,
            send,
            post: (path, body, headers) =>
              send(path, {
                method: "POST",
                headers: { "content-type": "application/json", ...headers },
                body: JSON.stringify(body),
              }),
          })
        } finally {
          await host.close()
        }
      })
    },
  }
}

/** Reads a body until it contains `text`, for ten seconds at most; returns what was read. */
export async function readUntil(body: ReadableStream<Uint8Array>, text: string): Promise<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  const timer = setTimeout(() => void reader.cancel(), 10_000)
  let read = ""
  try {
    while (!read.includes(text)) {
      const { done, value } = await reader.read()
      if (done) break
      read += value
    }
  } finally {
    clearTimeout(timer)
    reader.releaseLock()
  }
  return read
}
