// The `allow` rule of a bulk route: it has to let the request through, and each row like a request for that row alone.
import type { EntityInstance } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import type { Input } from "../contract/action.ts"
import { type AllowCall, type AllowRule, isAllowed } from "../contract/allow.ts"
import { describeRoute, type Route, type RouteCall } from "../contract/route.ts"
import type { RowFaults } from "./row-faults.ts"

/** A row as its rule sees it. */
export interface RuledRow {
  readonly at: number
  readonly target?: EntityInstance | undefined
  /** The input of a request for this row alone. */
  readonly input: Input
}

/** The rule for the request, before its body is read. A verdict by `target` is left to `assertRowsAllowed`, which has the rows. */
export function ruleBeforeRows(rule: AllowRule): AllowRule {
  return async call => {
    let looksAtTarget = false
    const seen: AllowCall = {
      operation: call.operation,
      route: call.route,
      user: call.user,
      request: call.request,
      get input() {
        return call.input
      },
      get target() {
        looksAtTarget = true
        return undefined
      },
    }
    try {
      const verdict = await rule(seen)
      return looksAtTarget || verdict
    } catch (error) {
      // Without a target it may have failed for the lack of one.
      if (looksAtTarget) return true
      throw error
    }
  }
}

/**
 * Calls the rule for each row: for the bulk operation with its target, and like the route for a single one, with its target and input.
 * Adds a fault for each row that is refused. @throws NITRO_FORBIDDEN where the rule refuses without a look at any row
 */
export async function assertRowsAllowed(
  rule: AllowRule,
  rows: readonly RuledRow[],
  {
    bulk,
    single,
    call,
  }: { readonly bulk: Route; readonly single: Route; readonly call: RouteCall },
  faults: RowFaults,
): Promise<void> {
  await addRefused(rule, rows, bulk, call, () => call.input, faults)
  await addRefused(rule, rows, single, call, row => row.input, faults)
}

async function addRefused(
  rule: AllowRule,
  rows: readonly RuledRow[],
  route: Route,
  { call, request }: RouteCall,
  inputOf: (row: RuledRow) => Input,
  faults: RowFaults,
): Promise<void> {
  const { operation, name } = route
  const facts = { operation, route: describeRoute(route), user: call.user, request }
  let looksAtRows = false
  const judge = async (row: RuledRow): Promise<void> => {
    if (faults.has(row.at)) return
    try {
      const isRowAllowed = await isAllowed(rule, facts, {
        input: async () => {
          looksAtRows = true
          return inputOf(row)
        },
        target: async () => {
          looksAtRows = true
          return row.target
        },
      })
      if (!isRowAllowed) throw new NitroError("NITRO_FORBIDDEN", `You may not use ${name}.`)
    } catch (error) {
      if (!looksAtRows) throw error
      faults.add(row.at, error)
    }
  }
  const [first, ...others] = rows
  if (first !== undefined) await judge(first)
  // Its verdict is that for every other row.
  if (!looksAtRows) return
  // The unit of work has its store meanwhile: a slow rule must not hold it for each row in turn.
  for (let start = 0; start < others.length; start += rowsAtOnce)
    await Promise.all(others.slice(start, start + rowsAtOnce).map(judge))
}

const rowsAtOnce = 50
