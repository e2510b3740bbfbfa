// The connection of a migration that fails or waits, on Postgres.
import { readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Entity, ref } from "../../../entity/index.ts"
import { accessOf } from "../contract/access.ts"
import { createMigrator } from "./migrator.ts"
import { all, databases, newFolder } from "./testing/databases.ts"

class Ticket extends Entity("Ticket", { name: z.string() }, { table: "tickets" }) {}
class Remark extends Entity("Remark", { ticketId: ref("Ticket") }, { table: "remarks" }) {}

const servers = databases
  .filter(({ dialect }) => dialect === "postgres")
  .map(database => [database.name, database] as const)

describe.skipIf(servers.length === 0).each(servers)("on %s", (_, database) => {
  it("changes a table whose new rows wait for a check at the end of the transaction", async () => {
    const [store, folder] = [await database.open(), newFolder()]
    const migrator = createMigrator({ store, folder, entities: [Ticket, Remark] })
    await migrator.create({ name: "start" })
    await migrator.up()
    const { files } = await migrator.create({ name: "fill", empty: true })
    const [file] = files as [string]
    const sql = `insert into tickets (id, name) values ('a', 'x');
insert into remarks (id, ticket_id) values ('b', 'a');
alter table remarks add column more text;`
    writeFileSync(file, readFileSync(file, "utf8").replace("-- up\n", `-- up\n${sql}\n`))
    await migrator.up()
    expect(await all(store, "select ticket_id from remarks")).toEqual([["a"]])
  })
})

// Of the library `postgres`, a connection that is thrown away may be met once more before the server has ended it.
describe.skipIf(servers.length === 0).each(servers.filter(([name]) => name.endsWith("pg")))(
  "on %s",
  (_, database) => {
    it("gives no connection back that failed work may have left otherwise", async () => {
      const store = await database.open()
      const { exclusive } = accessOf(store)
      const pids = new Set<unknown>()
      while (pids.size < 4) {
        const failed = exclusive(async driver => {
          const pid = (await driver.get("select pg_backend_pid()", []))?.[0]
          expect(pids.has(pid)).toBe(false)
          pids.add(pid)
          await driver.exec("begin; set application_name = 'left behind'")
          throw new Error("on purpose")
        })
        await expect(failed).rejects.toThrow("on purpose")
      }
      const state = await exclusive(driver =>
        Promise.resolve(
          driver.get(
            "select current_setting('application_name'), now() = statement_timestamp()",
            [],
          ),
        ),
      )
      expect(state?.[0]).not.toBe("left behind")
    })
  },
)
