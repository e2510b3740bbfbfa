// Rate limits of several processes over one database: together they allow what one would.
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type RunningApp, startApp, temporaryFolder } from "../support/app.ts"
import { postgresMissing, type TestDatabase, testDatabase } from "../support/postgres.ts"

if (postgresMissing) console.warn(postgresMissing)

const folder = temporaryFolder()
let database: TestDatabase | undefined
beforeAll(async () => {
  if (!postgresMissing) database = await testDatabase(1)
})
afterAll(async () => {
  await database?.remove()
  folder.clean()
})

const stores: Record<string, () => string> = {
  sqlite: () => join(folder.path, "limits.db"),
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
    const app = await startApp("test/apps/rate-limits-app.ts", { cwd: folder.path })
    running.push(app)
    return app
  }
  const attempt = async (app: RunningApp, user: string) =>
    (await fetch(`${app.url}/logins/attempt`, { method: "POST", headers: { "x-user": user } }))
      .status

  it("two processes allow a user as often as one, and so does one that starts later", async () => {
    const apps = [await start(), await start()]
    const statuses = await Promise.all(
      Array.from({ length: 16 }, (_, at) => attempt(apps[at % 2] as RunningApp, "ann")),
    )
    expect(statuses.filter(status => status === 204)).toHaveLength(5)
    expect(statuses.filter(status => status === 429)).toHaveLength(11)
    expect(await attempt(apps[0] as RunningApp, "bob")).toBe(204)
    await apps[0]?.end("SIGKILL")
    expect(await attempt(await start(), "ann")).toBe(429)
  })
})
