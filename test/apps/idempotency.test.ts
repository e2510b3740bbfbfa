// Idempotency keys across processes: an app that is killed after a commit, in the middle of an action, and two that run at once.
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type RunningApp, startApp, temporaryFolder } from "../support/app.ts"
import { postgresMissing, type TestDatabase, testDatabase } from "../support/postgres.ts"

if (postgresMissing) console.warn(postgresMissing)

const folder = temporaryFolder()
let database: TestDatabase | undefined
beforeAll(async () => {
  if (!postgresMissing) database = await testDatabase(4)
})
afterAll(async () => {
  await database?.remove()
  folder.clean()
})

let files = 0
const stores: Record<string, () => string> = {
  sqlite: () => join(folder.path, `${++files}.db`),
  ...(postgresMissing ? {} : { postgres: () => database?.emptySchema() as string }),
}

describe.each(Object.entries(stores))("on %s", (_, makeUrl) => {
  let running: RunningApp[] = []
  beforeEach(() => {
    process.env["TEST_DATABASE"] = makeUrl()
  })
  afterEach(async () => {
    await Promise.all(running.map(app => app.end("SIGKILL")))
    running = []
    delete process.env["TEST_DATABASE"]
  })
  const start = async () => {
    const app = await startApp("test/apps/idempotency-app.ts", { cwd: folder.path })
    running.push(app)
    return app
  }
  const place = async (app: RunningApp, key: string, text: string, waitMs = 0) => {
    const headers = { "content-type": "application/json", "idempotency-key": key }
    const response = await fetch(`${app.url}/orders/place`, {
      method: "POST",
      headers,
      body: JSON.stringify({ text, waitMs }),
    })
    return { status: response.status, body: await response.json() }
  }
  const texts = async (app: RunningApp) =>
    ((await (await fetch(`${app.url}/orders`)).json()) as { text: string }[])
      .map(order => order.text)
      .sort()

  it("repeats the response of a process that was killed, and runs again what it had not committed", async () => {
    const first = await start()
    const response = await place(first, "k1", "done")
    expect(response.status).toBe(200)
    const cut = place(first, "k2", "cut off", 60_000).catch(() => "cut")
    while (!first.output().includes("placing cut off"))
      await new Promise(resolve => setTimeout(resolve, 20))
    await first.end("SIGKILL")
    expect(await cut).toBe("cut")

    const second = await start()
    expect(await texts(second)).toEqual(["done"])
    expect(await place(second, "k1", "done")).toEqual(response)
    expect(await place(second, "k1", "other")).toMatchObject({ status: 422 })
    expect(await place(second, "k2", "cut off")).toMatchObject({ status: 200 })
    expect(await texts(second)).toEqual(["cut off", "done"])
  })

  it("commits once where two processes get the same request at once, and both give its response", async () => {
    const apps = [await start(), await start()] as const
    await texts(apps[0])
    await texts(apps[1])
    const responses = await Promise.all(apps.map(app => place(app, "k", "one", 300)))
    expect(responses[0]?.status).toBe(200)
    expect(responses[1]).toEqual(responses[0])
    expect(await texts(apps[0])).toEqual(["one"])
  })
})
