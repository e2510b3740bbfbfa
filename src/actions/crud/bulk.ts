// Bulk routes: many rows of a class are created, updated or deleted in one unit of work, all of them or none.
import { z } from "zod"
import {
  type EntityClass,
  type EntityInstance,
  isNitroError,
  unitOfWork,
} from "../../entity/index.ts"
import {
  assignUnsaved,
  type ClassFault,
  findByIds,
  notFoundError,
  overridesWrite,
  storeOf,
} from "../../entity/internal.ts"
import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import type { Input } from "../contract/action.ts"
import {
  type Exposure,
  type Outcome,
  operationOf,
  type Route,
  type RouteCall,
} from "../contract/route.ts"
import { isConditional } from "../reply/entity-tag.ts"
import { shownError } from "../reply/outside.ts"
import { type BulkRow, itemOf, listOf, targetsOf, wrongInput } from "./bulk-rows.ts"
import { assertRowsAllowed, ruleBeforeRows } from "./bulk-rule.ts"
import { settable } from "./crud-routes.ts"
import { badRequest } from "./parameters.ts"
import { RowFaults } from "./row-faults.ts"

type Single = "create" | "update" | "delete"

/** One row of the response. */
interface RowResult {
  /** As of a request for this row alone. */
  readonly status: number
  readonly id: string | number
  readonly value?: EntityInstance
}

/** The names of the bulk operations, for rules. */
const operationNames: Readonly<Record<Single, string>> = {
  create: "bulkCreate",
  update: "bulkUpdate",
  delete: "bulkDelete",
}

/** `crud`: the routes for single rows, of which each has its twin for many. */
export function bulkRoutes(exposure: Exposure, crud: readonly Route[]): Route[] {
  const { entity, bulk, allow } = exposure
  if (bulk === undefined) return []
  const { maxRows } = bulk
  const base = `/${entity.definition.plural}/bulk`
  return [
    ...routes("POST", base, "create"),
    ...routes("PATCH", base, "update"),
    ...routes("DELETE", base, "delete", { readsDeleteBody: true }),
    ...routes("POST", `${base}/delete`, "delete", { isTwin: true }),
  ]

  function routes(
    method: Route["method"],
    pattern: string,
    operation: Single,
    details: Pick<Route, "readsDeleteBody" | "isTwin"> = {},
  ): Route[] {
    const single = crud.find(each => each.operation === operation)
    if (single === undefined) return []
    const route: Route = {
      ...operationOf(exposure, operationNames[operation]),
      allow: allow === undefined || operation === "create" ? allow : ruleBeforeRows(allow),
      method,
      pattern,
      input: inputOf(entity, operation, maxRows),
      checksInput: true,
      takesMiddleware: true,
      ...details,
      run: call => new BulkWrite(exposure, { operation, route, single, maxRows, call }).run(),
    }
    return [route]
  }
}

/** The schemas that `app.routes` shows. `run` checks the input row by row. */
function inputOf(entity: EntityClass, operation: Single, maxRows: number): Route["input"] {
  const id = z.union([z.string(), z.number()])
  const list = (row: z.ZodType): z.ZodType => z.array(row).min(1).max(maxRows)
  if (operation === "delete") return { ids: list(id) }
  const fields = settable(entity)
  if (operation === "create") return { items: list(z.object(fields)) }
  const { version } = entity.definition
  return {
    items: list(
      z
        .object(fields)
        .partial()
        .extend({ id, ...(version && { version: z.int().optional() }) }),
    ),
  }
}

interface BulkDetails {
  readonly operation: Single
  readonly route: Route
  readonly single: Route
  readonly maxRows: number
  readonly call: RouteCall
}

/** After so many faulty rows it does not look for further ones: each costs several statements. */
const maxSearched = 20

/** One request, inside of its unit of work. */
class BulkWrite {
  readonly #exposure: Exposure
  readonly #entity: EntityClass
  readonly #details: BulkDetails
  readonly #list: "items" | "ids"
  /** The class has overridden the method that writes a single row: its method then writes each row. */
  readonly #isRowByRow: boolean
  readonly #written = new Map<number, EntityInstance>()

  constructor(exposure: Exposure, details: BulkDetails) {
    this.#exposure = exposure
    this.#entity = exposure.entity
    this.#details = details
    this.#list = details.operation === "delete" ? "ids" : "items"
    this.#isRowByRow = overridesWrite(exposure.entity, details.operation)
  }

  async run(): Promise<Outcome> {
    assertTransactions(this.#entity)
    if (isConditional(this.#details.call.request))
      throw badRequest(
        `${this.#details.route.name} takes no If-Match: a tag is that of one row.`,
        "Send the version of each row, of a class with version: true.",
      )
    const { operation, route, call, maxRows } = this.#details
    const list = listOf(route.name, this.#list, call.input, maxRows)
    const faults = this.#faults()
    const rows = await this.#rows(list, faults)
    await this.#assertAllowed(rows)
    for (const row of rows) if (!faults.has(row.at)) this.#check(row, list[row.at], faults)
    faults.refuse()
    const value = await call.within(async () => {
      await this.#write(rows, faults)
      faults.refuse()
      return { results: rows.map(row => this.#resultOf(row)) }
    })
    return { value, status: operation === "create" ? 201 : 200 }
  }

  #faults(): RowFaults {
    return new RowFaults(this.#entity.definition.name, this.#details.route.name, this.#list)
  }

  async #rows(list: readonly unknown[], faults: RowFaults): Promise<BulkRow[]> {
    const { operation, route } = this.#details
    const { definition } = this.#entity
    const { name } = route
    if (operation === "create") {
      const names = { fields: settable(this.#entity), others: [] }
      return list.map((item, at) => ({ at, input: itemOf(item, at, name, names, faults) }))
    }
    if (operation === "delete") {
      const targets = await targetsOf(this.#entity, list, name, { list: "ids", name: "" }, faults)
      return targets.map((target, at) => ({ at, input: {}, target }))
    }
    const others = definition.version ? ["id", "version"] : ["id"]
    const names = { fields: settable(this.#entity), others }
    const inputs = list.map((item, at) => itemOf(item, at, name, names, faults))
    const ids = list.map(item => ownValue(item, "id"))
    const targets = await targetsOf(this.#entity, ids, name, { list: "items", name: "id" }, faults)
    return inputs.map((input, at) => ({
      at,
      input,
      target: targets[at],
      version: definition.version ? ownValue(list[at], "version") : undefined,
    }))
  }

  /** Before any other fault is shown: a client who is refused learns nothing of the rows. */
  async #assertAllowed(rows: readonly BulkRow[]): Promise<void> {
    const { allow } = this.#exposure
    if (allow === undefined) return
    const { route, single, call } = this.#details
    const faults = this.#faults()
    await assertRowsAllowed(allow, rows, { bulk: route, single, call }, faults)
    faults.refuse()
  }

  /** Everything that can be known before the first write. */
  #check(row: BulkRow, item: unknown, faults: RowFaults): void {
    const { operation, route } = this.#details
    const { at, input, target, version } = row
    try {
      if (operation === "create") {
        if (!this.#isRowByRow) this.#written.set(at, newEntity(this.#entity, input))
        return
      }
      if (target === undefined)
        throw this.#notFound(operation === "delete" ? item : ownValue(item, "id"))
      this.#written.set(at, target)
      if (operation === "delete") return
      if (version !== undefined && !Number.isSafeInteger(version))
        throw wrongInput(route.name, "version", "expected a whole number")
      if (!this.#isRowByRow) assignUnsaved(target, changesOf(row))
    } catch (error) {
      faults.add(at, error)
    }
  }

  /** All rows at once. Where the store or a hook refuses, halves show which rows are to blame: the unit of work is rolled back anyway. */
  async #write(rows: readonly BulkRow[], faults: RowFaults): Promise<void> {
    const { name } = this.#details.route
    try {
      return await unitOfWork(() => this.#writeOnce(rows), { name })
    } catch (error) {
      if (shownError(error).isReported) throw error
      const [row] = rows
      if (row !== undefined && rows.length === 1) return faults.add(row.at, error)
    }
    const middle = rows.length >> 1
    for (const half of [rows.slice(0, middle), rows.slice(middle)])
      if (faults.size < maxSearched) await this.#write(half, faults)
  }

  async #writeOnce(rows: readonly BulkRow[]): Promise<void> {
    const { operation } = this.#details
    if (this.#isRowByRow) for (const row of rows) await this.#writeAlone(row)
    else if (operation === "delete") await this.#deleteOnce(rows)
    else await this.#entity.saveMany(this.#entitiesOf(rows))
  }

  /** By the methods of the class, as the route for a single row does. */
  async #writeAlone(row: BulkRow): Promise<void> {
    const { at, input, target } = row
    const { operation } = this.#details
    // The class checks it.
    if (operation === "create") this.#written.set(at, await this.#entity.create(input as never))
    // The same.
    else if (operation === "update") await target?.update(changesOf(row) as never)
    else await target?.delete()
  }

  async #deleteOnce(rows: readonly BulkRow[]): Promise<void> {
    const targets = this.#entitiesOf(rows)
    const ids = targets.map(({ id }) => id)
    const [only] = targets
    const deleted =
      only !== undefined && targets.length === 1
        ? Number(await only.delete())
        : // The ids are those of rows of this class.
          await this.#entity.deleteWhere({ id: ids } as never)
    if (deleted === rows.length) return
    // A row may have gone along with another one. A scope keeps one that is still there.
    const remainder = (await findByIds(this.#entity, ids)).find(target => target !== undefined)
    if (remainder !== undefined) throw this.#notFound(remainder.id)
  }

  #notFound(id: unknown): NitroError {
    return notFoundError(this.#entity.definition.name, String(id))
  }

  #entitiesOf(rows: readonly BulkRow[]): EntityInstance[] {
    return rows.flatMap(({ at }) => this.#written.get(at) ?? [])
  }

  #resultOf({ at }: BulkRow): RowResult {
    const { operation } = this.#details
    // Every row was written, or the request was refused.
    const value = this.#written.get(at) as EntityInstance
    const id = typeof value.id === "bigint" ? String(value.id) : value.id
    if (operation === "delete") return { status: 204, id }
    return { status: operation === "create" ? 201 : 200, id, value }
  }
}

/** The version that the client has seen goes along, for the class to compare. */
function changesOf({ input, version }: BulkRow): Input {
  return version === undefined ? input : { ...input, version }
}

/** A property of the row itself, and of no prototype. */
function ownValue(item: unknown, name: string): unknown {
  return isObject(item) && Object.hasOwn(item, name) ? item[name] : undefined
}

function newEntity(entity: EntityClass, input: unknown): EntityInstance {
  // The constructor checks it.
  return new entity(input as never)
}

/** The faults of stores that keep bulk routes from working, for the check at start. */
export function bulkFaults(exposures: readonly Exposure[]): ClassFault[] {
  return exposures.flatMap(({ entity, bulk }) => {
    if (bulk === undefined) return []
    try {
      assertTransactions(entity)
    } catch (error) {
      // A store of partitions can be looked at in a session alone.
      if (isNitroError(error, "NITRO_CAPABILITY")) return [{ entity: entity.name, error }]
    }
    return []
  })
}

/** Without transactions a failure in the middle would leave the rows before it written. */
function assertTransactions(entity: EntityClass): void {
  const { name, capabilities } = storeOf(entity)
  if (capabilities.transactions) return
  throw new NitroError(
    "NITRO_CAPABILITY",
    `${entity.definition.name} is exposed with bulk, but ${name} lacks the capability "transactions".`,
    { fix: "Leave the option bulk out, or use a store with transactions." },
  )
}
