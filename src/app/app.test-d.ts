// The types of what an app offers, before the application has named its user.
import { nitro } from "nitro-ts/fetch"

export function check(): void {
  const app = nitro({ entities: [] })
  app.endStreams({ id: 1 })
  app.endStreams(undefined)
  // The parameter needs no type of its own.
  app.endStreams(user => user === undefined)
  // @ts-expect-error a rule answers with true or false, and the user is not known to have a name
  app.endStreams(user => user.name)
}
