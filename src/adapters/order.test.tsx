// The middleware after the route, or not there at all: pages that would never be live are an error that names the line to write.
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import express from "express"
import { Hono } from "hono"
import { respond } from "nitro-ts"
import { call, expose } from "nitro-ts/actions"
import { ActionButton } from "nitro-ts/components"
import { Entity, memory } from "nitro-ts/entity"
import { nitro as onHono } from "nitro-ts/hono"
import { Boundary, type Child, layout, Page, render, Suspense, stream } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { nitro as onNode } from "nitro-ts/node"
import { afterEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"

class Todo extends Entity("Todo", { title: z.string() }) {
  static store = memory()
}
const Item = (todo: Todo) => <li id={todo.domId}>{todo.title}</li>
const soon = () => new Promise(resolve => setTimeout(resolve, 5))
async function Late({ children }: { children: () => Child }) {
  await soon()
  return <div>{children()}</div>
}
async function LateRow() {
  await soon()
  return (
    <tr>
      <td {...call(Todo, "create").form} />
    </tr>
  )
}
const Shell = layout<{ title: string }>(({ children }) => <Page title="x">{children}</Page>)
const options = { entities: [expose(Todo, { allow: () => true })] }

const contents: [what: string, content: () => Child][] = [
  ["a live list", () => live(Todo.where(), Item)],
  ["a live number", () => live(Todo.where().count())],
  ["a live region", () => live(() => <p>x</p>, { on: [Todo] })],
  ["a live list in a component that waits", () => <Late>{() => live(Todo.where(), Item)}</Late>],
  [
    "a live list in a Suspense",
    () => <Suspense fallback="…">{async () => live(Todo.where(), Item)}</Suspense>,
  ],
  ["a call", () => <form {...call(Todo, "create").form} />],
  ["a button", () => ActionButton({ call: call(Todo, "create") }, "Add")],
  [
    "a call in a component that waits",
    () => <Late>{() => <form {...call(Todo, "create").form} />}</Late>,
  ],
  [
    "a button in a component that waits in another",
    () => (
      <Late>{() => <Late>{() => ActionButton({ call: call(Todo, "create") }, "Add")}</Late>}</Late>
    ),
  ],
  [
    "a call in a Suspense",
    () => (
      <Suspense fallback="…">
        {async () => ActionButton({ call: call(Todo, "create") }, "Add")}
      </Suspense>
    ),
  ],
  [
    "a live list in a component that waits in a Suspense",
    () => (
      <Suspense fallback="…">
        <Late>{() => live(Todo.where(), Item)}</Late>
      </Suspense>
    ),
  ],
  [
    "a call in a component that waits in a Suspense",
    () => (
      <Suspense fallback="…">
        <Late>{() => <form {...call(Todo, "create").form} />}</Late>
      </Suspense>
    ),
  ],
  [
    "a call in a Suspense's function that waits before and after",
    () => (
      <Suspense fallback="…">
        {async () => {
          await soon()
          const create = call(Todo, "create")
          await soon()
          return <form {...create.form} />
        }}
      </Suspense>
    ),
  ],
  [
    "a call in a component that waits in a Suspense in another",
    () => (
      <Suspense fallback="…">
        <Late>
          {() => (
            <Suspense fallback="…">
              <Late>{() => <form {...call(Todo, "create").form} />}</Late>
            </Suspense>
          )}
        </Late>
      </Suspense>
    ),
  ],
  [
    "a live number in a component that waits in a Boundary",
    () => (
      <Boundary fallback="failed">
        <Late>{() => live(Todo.where().count())}</Late>
      </Boundary>
    ),
  ],
  [
    "a call in a Suspense in a Boundary",
    () => (
      <Boundary fallback="failed">
        <Suspense fallback="…">
          <Late>{() => <form {...call(Todo, "create").form} />}</Late>
        </Suspense>
      </Boundary>
    ),
  ],
  [
    "a call in the fallback of a Boundary around a Suspense that fails",
    () => (
      <Boundary fallback={() => <form {...call(Todo, "create").form} />}>
        <Suspense fallback="…">
          <Late>
            {() => {
              throw new Error("x")
            }}
          </Late>
        </Suspense>
      </Boundary>
    ),
  ],
  [
    "a call in the function of a Boundary",
    () => <Boundary fallback="failed">{() => <form {...call(Todo, "create").form} />}</Boundary>,
  ],
  [
    "a call in the fallback of a Boundary whose function throws",
    () => (
      <Boundary fallback={() => <form {...call(Todo, "create").form} />}>
        {() => {
          throw new Error("x")
        }}
      </Boundary>
    ),
  ],
  [
    "a call in what a generator in a Suspense yields",
    () => (
      <Suspense fallback="…">
        {(async function* () {
          yield <p>x</p>
          await soon()
          yield <form {...call(Todo, "create").form} />
        })()}
      </Suspense>
    ),
  ],
]

const open: Server[] = []
const reports = vi.spyOn(console, "error")
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function ask(server: Server): Promise<{ status: number; text: string }> {
  open.push(server)
  await new Promise<void>(resolve => server.listen(0, resolve))
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return { status: response.status, text: await response.text().catch(() => "broken off") }
}

type PlannedResponse = (content: () => Child) => Promise<{ status: number; text: string }>

function honoApp(
  content: () => Child,
  first: "route" | "middleware" | "none",
  streamed: boolean,
): PlannedResponse {
  return async () => {
    const app = new Hono()
    if (first === "middleware") app.use(onHono(options) as never)
    app.get("/", () => respond(<Page title="x">{content()}</Page>, { stream: streamed }))
    if (first === "route") app.use(onHono(options) as never)
    app.onError(
      error =>
        new Response(`${(error as { code?: string }).code}: ${error.message}`, { status: 500 }),
    )
    const response = await app.request("/")
    return {
      status: response.status,
      text: await response.text().catch((error: Error) => error.message),
    }
  }
}

function expressApp(content: () => Child, first: "route" | "middleware" | "none"): PlannedResponse {
  return () => {
    const app = express()
    if (first === "middleware") app.use(onNode(options) as never)
    app.get("/", Shell.wrap({ title: "x" }, () => content()) as never)
    if (first === "route") app.use(onNode(options) as never)
    app.use(((error: Error, _q: unknown, response: express.Response, _n: unknown) => {
      response.status(500).send(`${(error as { code?: string }).code}: ${error.message}`)
    }) as never)
    return ask(createServer(app))
  }
}

describe.each(contents)("%s", (_, content) => {
  it.each([
    ["in Hono, before the middleware", honoApp(content, "route", false)],
    ["in Hono, without it", honoApp(content, "none", false)],
    ["in Hono, streamed", honoApp(content, "none", true)],
    ["in Express, before the middleware", expressApp(content, "route")],
    ["in Express, without it", expressApp(content, "none")],
  ])("%s is refused", async (_host, response) => {
    reports.mockImplementation(() => {})
    const { status, text } = await response(content)
    reports.mockReset()
    expect(status === 500 || !text.includes("</html>")).toBe(true)
    expect(text).toMatch(/NITRO_NO_APP|app\.use\(nitro/)
  })

  it.each([
    ["in Hono, after the middleware", honoApp(content, "middleware", false)],
    ["in Hono, streamed", honoApp(content, "middleware", true)],
    ["in Express, after the middleware", expressApp(content, "middleware")],
  ])("%s is answered", async (_host, response) => {
    expect((await response(content)).status).toBe(200)
  })

  it("as text, in a test or a job, needs no app", async () => {
    expect(await render(<div>{content()}</div>)).toContain("<div>")
  })
})

it("a component that waits is not refused for what another piece of code rendered meanwhile", async () => {
  const Slow = async () => {
    await new Promise(resolve => setTimeout(resolve, 5))
    return <p>x</p>
  }
  const response = respond(<Slow />)
  await render(<Late>{() => ActionButton({ call: call(Todo, "create") }, "Add")}</Late>)
  expect((await response).status).toBe(200)
})

it("a response is not refused for a part that is not shown because it failed", async () => {
  const Failing = () => {
    ActionButton({ call: call(Todo, "create") }, "Add")
    throw new Error("x")
  }
  const response = await respond(<Boundary fallback="failed">{() => <Failing />}</Boundary>)
  expect([response.status, await response.text()]).toEqual([200, "failed"])
})

it("text of a Suspense and a Boundary that are ready at once needs no app", () => {
  const form = () => <form {...call(Todo, "create").form} />
  expect(String(<Suspense fallback="…">{form}</Suspense>)).toContain("<form")
  expect(String(<Boundary fallback="…">{form}</Boundary>)).toContain("<form")
})

it("rows that come late stay rows where they are no part of a response", async () => {
  const page = (
    <table>
      <Suspense fallback={<tr />}>
        <LateRow />
      </Suspense>
    </table>
  )
  let text = ""
  for await (const piece of stream(page)) text += piece
  expect(text).toContain('data-inside="tbody"')
})

it("a response is not refused for what another piece of code rendered before", async () => {
  await render(
    <div>
      <ActionButton call={call(Todo, "create")}>Add</ActionButton>
    </div>,
  )
  expect((await respond(<p>x</p>)).status).toBe(200)
})
