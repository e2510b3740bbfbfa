// An app of the log test as a separate process: tasks in `tasks.db` and a toy log in `changes.log`, both of its folder. Drafts are
// separate for each session, named in the address, and each process.
import { Entity, memory, serve } from "nitro-ts"
import { respond } from "nitro-ts/actions"
import { nitro } from "nitro-ts/fetch"
import { Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"
import { toyLog } from "./toy-log.ts"

class Task extends Entity("Task", { name: z.string(), done: z.boolean().default(false) }) {
  static store = sqlite("tasks.db")
}
const Item = (task: Task) => <li id={task.domId}>{task.name}</li>
class Draft extends Entity("Draft", { text: z.string() }) {
  static store = memory({ partition: "session" })
}
const handle = nitro({
  entities: [Task, Draft],
  changes: toyLog("changes.log"),
  partition: request => new URL(request.url).searchParams.get("session") ?? "nobody",
})
/** How often the drafts of each session were rendered. */
const rendered = new Map<string, number>()

const commands: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
  create: name => Task.create({ name }),
  rename: async name => (await Task.where().first())?.update({ name }),
  finish: name => Task.updateWhere({ name }, { done: true }),
  remove: name => Task.deleteWhere({ name }),
  draft: text => Draft.create({ text }),
  drop: text => Draft.deleteWhere({ text }),
}

await serve({
  fetch: (request: Request) =>
    handle(request, async () => {
      const { pathname, searchParams } = new URL(request.url)
      const command = commands[pathname.slice(1)]
      if (command !== undefined) {
        await command(searchParams.get("name") ?? "")
        return new Response("done")
      }
      const session = searchParams.get("session")
      if (session !== null)
        return respond(
          <Page title="Drafts">
            {live(
              async () => {
                const times = (rendered.get(session) ?? 0) + 1
                rendered.set(session, times)
                const texts = (await Draft.all()).map(({ text }) => text)
                return (
                  <i>
                    {session}: {texts.join()}, rendered {times} times
                  </i>
                )
              },
              { on: [Draft] },
            )}
          </Page>,
        )
      return respond(
        <Page title="Tasks">
          {live(Task.where({ done: false }).orderBy("name"), Item)}
          {live(
            async () => (
              <b>{await Task.where({ done: true }).count()} done</b>
            ),
            {
              on: [Task.where({ done: true })],
            },
          )}
        </Page>,
      )
    }),
})
