// One database for all entities, so that what a unit of work writes is one transaction.
import type { Store } from "nitro-ts/entity"
import { sqlite } from "nitro-ts/sqlite"

export const database: Store = sqlite("orders.db")
