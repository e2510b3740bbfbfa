// A view is released whatever its page, its handler or its reader does, and no change reaches it afterwards.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { context, respond } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { Boundary, Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { type LiveApp, liveApp } from "./live-app.ts"
import { maxQueuedBytes } from "./sink.ts"
import { maxOpeningMs, maxStalledMs } from "./stream.ts"
import {
  LiveStream,
  makeApp,
  type Options,
  origin,
  rest,
  streamPath,
  type TestApp,
  turns,
} from "./support/live-pages.tsx"

function makeRow() {
  return class Row extends Entity("Row", { text: z.string() }) {
    static store = memory()
  }
}
type RowClass = ReturnType<typeof makeRow>
type Row = InstanceType<RowClass>

let renders = 0
const Item = (row: Row) => {
  renders++
  return <li id={row.domId}>{row.text}</li>
}
const region = () => {
  renders++
  return <b>region</b>
}
const views = (Row: RowClass) => [
  live(Row.all(), Item),
  live(Row.all(), (row: Row) => Item(row)),
  live(region, { on: [Row] }),
]

const apps: TestApp[] = []
const errors: unknown[] = []
const note = (message: unknown) => errors.push(message)
beforeEach(() => {
  errors.length = 0
  subscribe("nitro:error", note)
})
afterEach(async () => {
  unsubscribe("nitro:error", note)
  await Promise.all(apps.splice(0).map(app => app.close()))
})

function open(options: Options): TestApp {
  const app = makeApp(options)
  apps.push(app)
  return app
}

/** After a change nothing is rendered any more, and no stream is left. */
async function expectReleased(Row: RowClass, app: { readonly openStreams: number }): Promise<void> {
  await rest()
  expect(app.openStreams).toBe(0)
  renders = 0
  await Row.create({ text: "changes nothing" })
  await rest()
  expect(renders).toBe(0)
}

describe("when the handler of a page", () => {
  const handlers: Record<string, (Row: RowClass, control: AbortController) => unknown> = {
    "throws at once": Row => {
      views(Row)
      throw new Error("handler")
    },
    "throws after it waited": async Row => {
      views(Row)
      await turns(2)
      throw new Error("handler")
    },
    "throws after its page was rendered": async Row => {
      await (await respond(<Page title="x">{views(Row)}</Page>)).text()
      throw new Error("handler")
    },
    "renders what fails": Row =>
      respond(<Page title="x">{[...views(Row), Promise.reject(new Error("handler"))]}</Page>),
    "renders what fails late": Row =>
      respond(
        <Page title="x">
          {[...views(Row), turns(3).then(() => Promise.reject(new Error("handler")))]}
        </Page>,
      ),
    "shows a view that cannot be loaded": Row =>
      respond(
        <Page title="x">
          {[
            ...views(Row),
            live(
              () => {
                throw new Error("handler")
              },
              { on: [Row] },
            ),
          ]}
        </Page>,
      ),
    "responds to a body that breaks": Row => {
      views(Row)
      return new Response(
        new ReadableStream({
          pull: controller => controller.error(new Error("handler")),
        }),
      )
    },
    "responds with 403": Row => {
      views(Row)
      return new Response("no", { status: 403 })
    },
    "responds with 500": Row => {
      views(Row)
      return new Response("no", { status: 500 })
    },
    redirects: Row => {
      views(Row)
      return new Response(null, { status: 303, headers: { location: "/login" } })
    },
    "goes on after its client has left": async (Row, control) => {
      views(Row)
      control.abort()
      await turns(2)
      return respond(<Page title="x">{views(Row)}</Page>)
    },
    "never settles, and its client leaves": (Row, control) => {
      views(Row)
      setImmediate(() => control.abort())
      return new Promise(() => undefined)
    },
    "never ends its body, and its client leaves": (Row, control) => {
      views(Row)
      setImmediate(() => control.abort())
      return new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }))
    },
    "shows views after its client has left": (Row, control) => {
      control.abort()
      return respond(<Page title="x">{views(Row)}</Page>)
    },
  }
  it.each(Object.entries(handlers))("%s", async (_, handler) => {
    const Row = makeRow()
    await Row.create({ text: "a" })
    const app = nitro({ entities: [Row] })
    const control = new AbortController()
    const response = app(
      new Request(`${origin}/?_nitro=x`, { signal: control.signal }),
      () => handler(Row, control) as never,
    )
    await Promise.race([response.then(response => response.body?.cancel()), turns(40)]).catch(
      error => expect(String(error)).toContain("handler"),
    )
    await expectReleased(Row, app)
    await app.close()
  })

  it("takes longer than the limit, and never settles", async () => {
    const Row = makeRow()
    const app = nitro({ entities: [Row] })
    let state: LiveApp | undefined
    void app(new Request(`${origin}/?_nitro=x`), () => {
      state = stateOfApp()
      views(Row)
      return new Promise(() => undefined)
    })
    await rest()
    console.log(`a route has ${maxOpeningMs} ms`)
    state?.beat(Date.now() + maxOpeningMs - 1000)
    await rest()
    expect(app.openStreams).toBe(1)
    state?.beat(Date.now() + maxOpeningMs + 1000)
    await rest()
    await expectReleased(Row, app)
    await app.close()
  })

  it.each([
    ["rejects", () => Promise.reject(new Error("user"))],
    [
      "throws",
      () => {
        throw new Error("user")
      },
    ],
  ])("is not reached, as what tells the user %s", async (_, user) => {
    const Row = makeRow()
    const app = nitro({ entities: [Row], user })
    const response = async () =>
      app(new Request(`${origin}/?_nitro=x`), () => respond(<Page title="x">{views(Row)}</Page>))
    expect((await response()).status).toBe(503)
    await expectReleased(Row, app)
    await app.close()
  })
})

/** State of live pages in the app of the present request. */
function stateOfApp(): LiveApp {
  return context().app.part(liveApp)
}

describe("when the reader of a stream", () => {
  /** A page of an app, and the response to its stream. */
  async function opened(Row: RowClass, headers = {}) {
    await Row.create({ text: "a" })
    let state: LiveApp | undefined
    const app = open({
      entities: [Row],
      view: () => {
        state = stateOfApp()
        return views(Row)
      },
    })
    const page = await app.page()
    const control = new AbortController()
    const response = await app.get(streamPath(page), headers, control.signal)
    expect([response.status, app.handle.openStreams]).toEqual([200, 1])
    return {
      app,
      state: state as unknown as LiveApp,
      control,
      response,
      stream: () => new LiveStream(response),
    }
  }

  it("cancels", async () => {
    const Row = makeRow()
    const { app, response } = await opened(Row)
    await response.body?.cancel()
    await expectReleased(Row, app.handle)
  })

  it("cancels in the middle of a read, and of a change", async () => {
    const Row = makeRow()
    const { app, stream } = await opened(Row)
    const reading = stream()
    const read = reading.read().then(() => reading.read())
    void Row.create({ text: "b" })
    await reading.close()
    await read
    await expectReleased(Row, app.handle)
  })

  it("aborts its request", async () => {
    const Row = makeRow()
    const { app, control } = await opened(Row)
    control.abort()
    await expectReleased(Row, app.handle)
  })

  it.each([
    ["never reads", async () => undefined],
    ["stops reading", async (stream: LiveStream) => void (await stream.read())],
  ])("%s", async (_, start) => {
    const Row = makeRow()
    const { app, state, stream } = await opened(Row)
    await start(stream())
    await Row.create({ text: "b" })
    await rest()
    console.log(`a reader may take nothing for ${maxStalledMs} ms`)
    const now = Date.now()
    state.beat(now)
    await rest()
    state.beat(now + maxStalledMs - 1000)
    await rest()
    expect(app.handle.openStreams).toBe(1)
    state.beat(now + maxStalledMs + 1000)
    await rest()
    await expectReleased(Row, app.handle)
  })

  it("is slow but goes on, it keeps its stream, however long a snapshot takes", async () => {
    const Row = makeRow()
    await Row.create({ text: "x".repeat(maxQueuedBytes * 4) })
    const { app, state, response } = await opened(Row, { "last-event-id": "x" })
    const stream = new LiveStream(response)
    let pieces = 0
    for (let now = Date.now(); !stream.text.includes("id: "); now += maxStalledMs - 1000) {
      await stream.read()
      pieces++
      state.beat(now)
      await rest()
      expect(app.handle.openStreams).toBe(1)
    }
    expect(pieces).toBeGreaterThan(4)
    expect(stream.text.length).toBeGreaterThan(maxQueuedBytes * 4)
  })

  it("reads, a silent stream shows that it is alive, and its cursor goes on", async () => {
    const Row = makeRow()
    const { state, stream } = await opened(Row)
    const reading = stream()
    await reading.quiet()
    const { text, lastId } = reading
    state.beat(Date.now())
    await rest()
    await reading.quiet()
    expect(reading.text.slice(text.length)).toMatch(/^id: .*\n\n$|^: \n\n$/)
    class Other extends Entity("Other", {}) {
      static store = memory()
    }
    await Other.create({})
    state.beat(Date.now())
    await rest()
    await reading.quiet()
    expect(reading.lastId).not.toBe(lastId)
  })
})

describe("a topic", () => {
  it("is not kept when it could not be loaded, and the next page gets a new one", async () => {
    const Row = makeRow()
    await Row.create({ text: "a" })
    let isBroken = true
    const each = (row: Row) => {
      if (isBroken) throw new Error("broken")
      return Item(row)
    }
    let state: LiveApp | undefined
    const app = open({
      entities: [Row],
      view: () => {
        state = stateOfApp()
        return <Boundary fallback={() => <p>broken</p>}>{live(Row.all(), each)}</Boundary>
      },
    })
    await app.page()
    expect((await app.get("/?_nitro=x")).status).toBe(204)
    expect((await app.get("/?_nitro=x")).status).toBe(204)
    expect(state?.topics.size).toBe(0)
    isBroken = false
    const stream = await app.open(await app.page(), { "last-event-id": "x" })
    expect((await stream.next()).join()).toContain(">a<")
    expect(state?.topics.size).toBe(1)
    await stream.close()
    expect(state?.topics.size).toBe(0)
  })

  it("that failed inside of a boundary leaves the other views of its page alone", async () => {
    const Row = makeRow()
    const failing = () => {
      throw new Error("broken")
    }
    const view = () => [
      <Boundary fallback={() => <p>broken</p>}>{live(failing, { on: [Row] })}</Boundary>,
      live(Row.all(), Item),
    ]
    const app = open({ entities: [Row], view })
    const stream = await app.open(await app.page())
    await Row.create({ text: "a" })
    expect((await stream.next()).join()).toContain(">a<")
  })

  it("goes on for those who stay, and a new one does not end with the old", async () => {
    const Row = makeRow()
    const app = open({ entities: [Row], view: () => live(Row.all(), Item) })
    const page = await app.page()
    const [one, two] = [await app.open(page), await app.open(page)]
    await one.close()
    await Row.create({ text: "a" })
    expect((await two.next()).join()).toContain(">a<")
  })
})

it("an app serves as many streams as its limit says, and one more when one has ended", async () => {
  const Row = makeRow()
  const maxStreams = 50
  const [app, other] = [
    nitro({ entities: [Row], limits: { maxStreams } }),
    nitro({ entities: [Row] }),
  ]
  let runs = 0
  const get = (handle = app) =>
    handle(new Request(`${origin}/?_nitro=x`), () => {
      runs++
      return respond(live(Row.all().count()))
    })
  const streams: Response[] = []
  for (let stream = 0; stream < maxStreams; stream++) streams.push(await get())
  expect(app.openStreams).toBe(maxStreams)
  runs = 0
  const refused = await get()
  expect([refused.status, refused.headers.get("retry-after"), runs]).toEqual([503, "5", 0])
  expect((await get(other)).status).toBe(200)
  await streams[0]?.body?.cancel()
  expect((await get()).status).toBe(200)
  await Promise.all([app.close(), other.close()])
  expect(app.openStreams).toBe(0)
})

it("a change without a follower is reported nowhere", async () => {
  const Row = makeRow()
  nitro({ entities: [Row] })
  const row = await Row.create({ text: "a" })
  await row.update({ text: "b" })
  await row.delete()
  await rest()
  expect(errors).toEqual([])
})
