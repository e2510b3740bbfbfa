// State of modules for the whole process: every mutable variable has a reason here. State of one app is a part of its `App`.
import { expect, it } from "vitest"
import { shippedSources } from "./support/imports.ts"
import { moduleState } from "./support/module-state.ts"

const reasons: Readonly<Record<string, readonly string[]>> = {
  "registries of classes, events, handlers, stores and of who listens to them": [
    "src/cqrs/handlers.ts: defaults",
    "src/entity/binding/bound-stores.ts: stores",
    "src/entity/binding/changes.ts: declarations",
    "src/entity/binding/changes.ts: followers",
    "src/entity/binding/changes.ts: listeningToAll",
    "src/entity/binding/recorders.ts: recorders",
    "src/entity/binding/store-urls.ts: schemes",
    "src/entity/contract/partition.ts: partitionedStores",
    "src/entity/contract/shared-stores.ts: ofText",
    "src/events/index.ts: defaults",
    "src/events/types/event-type.ts: declarations",
    "src/events/types/event-type.ts: declared",
    "src/events/types/event-type.ts: resolution",
    "src/live/change-events.ts: bridges",
    "src/live/change-events.ts: claimed",
    "src/live/change-events.ts: unfollow",
    "src/shared/errors.ts: registers",
    "src/stores/sql/migrations/dialects.ts: dialects",
  ],
  "changes are of classes, which all apps of the process share": [
    "src/live/change-feed.ts: isFollowing",
    "src/live/change-feed.ts: isSharedOpen",
    "src/live/change-feed.ts: published",
    "src/live/change-feed.ts: running",
    "src/live/positions.ts: cursors",
    "src/live/positions.ts: last",
    "src/live/positions.ts: numbers",
  ],
  "defaults that `configure` sets for the process, and what it reads from the environment": [
    "src/entity/binding/stores.ts: appDefault",
    "src/entity/definition/encryption.ts: configured",
    "src/entity/definition/encryption.ts: fromEnvironment",
  ],
  "`serve` and `ready()` wait for every app of the process": ["src/app/start.ts: waiting"],
  "a warning is printed once for each process": [
    "src/app/start-warnings.ts: printed",
    "src/shared/warn.ts: printed",
  ],
  "a seam that one module fills while it loads": [
    "src/entity/binding/query-scopes.ts: conditionOf",
    "src/shared/open-unit.ts: find",
    "src/shared/report.ts: errors",
    "src/shared/responding.ts: missing",
    "src/shared/responding.ts: missingBefore",
  ],
  "counts that make names and ids different": [
    "src/adapters/hono.ts: streams",
    "src/entity/binding/model.ts: batch",
    "src/entity/types/relation-definition.ts: classes",
    "src/events/patterns/subscription.ts: count",
    "src/live/canonical.ts: nextNumber",
    "src/live/live-request.ts: requests",
    "src/shared/uuid.ts: counter",
    "src/shared/uuid.ts: lastMs",
    "src/shared/uuid.ts: poolPosition",
    "src/shared/uuid.ts: timeText",
    "src/stores/sql/compile/compiler.ts: relatedCount",
  ],
  "whether there is anything to look for, so that none of it costs nothing": [
    "src/actions/routes/reading.ts: open",
    "src/actions/routes/reading.ts: unfollow",
    "src/entity/binding/query-scopes.ts: areUsed",
    "src/entity/binding/unit.ts: openUnits",
    "src/entity/memory/transaction-frame.ts: abandoned",
    "src/events/context/tracking.ts: tracking",
    "src/shared/data.ts: isAnyClosed",
    "src/shared/data.ts: isAnyMarked",
  ],
  "callbacks under way, for `callbacksSettled`": [
    "src/entity/binding/commit-callbacks.ts: running",
  ],
  "set and read within one synchronous call": [
    "src/html/stream/body-bytes.ts: scratch",
    "src/entity/binding/model.ts: isBatchOpen",
    "src/entity/conditions/condition-size.ts: values",
    "src/entity/conditions/condition.ts: built",
    "src/html/markup/child.ts: depth",
    "src/shared/module-evaluation.ts: turn",
  ],
  "what a pure function computed before": [
    "src/actions/call/id-texts.ts: last",
    "src/components/format.ts: formats",
    "src/entity/conditions/short-circuit.ts: patterns",
    "src/entity/writes/json.ts: prefixes",
    "src/html/attributes/attribute-name.ts: cache",
    "src/html/attributes/open-tag.ts: nodes",
    "src/html/elements/element.ts: records",
    "src/html/icons.ts: cache",
    "src/html/page/page-assets.ts: moves",
    "src/html/template/template.ts: lastPlan",
    "src/html/template/template.ts: lastStrings",
    "src/stores/sql/postgres/values.ts: lastMs",
    "src/stores/sql/postgres/values.ts: lastText",
  ],
  "a package or a compiler, loaded once": [
    "src/adapters/srvx.ts: loaded",
    "src/compile/loader-hooks.ts: compiler",
    "src/compile/loader-hooks.ts: esbuild",
    "src/compile/loader-hooks.ts: isMissing",
    "src/compile/tools.ts: tools",
    "src/highlight/index.ts: loading",
  ],
  "a table, filled while its module loads": [
    "src/compile/bindings.ts: tagFunctions",
    "src/html/attributes/attribute-name.ts: kinds",
    "src/html/attributes/datastar-name.ts: kindOfPlugin",
    "src/html/attributes/style.ts: properties",
    "src/shared/attribute-rules.ts: kinds",
  ],
  "does not change: an object without state, or a pattern whose place is set before each use": [
    "src/events/patterns/subscription.ts: ended",
    "src/highlight/verify.ts: piece",
    "src/html/markup/comment.ts: doctype",
    "src/live/inside.ts: unfollowed",
    "src/stores/sql/postgres/dialect.ts: keyColumn",
    "src/testing/store-holds.ts: never",
  ],
}

it("is nothing that belongs to one app", () => {
  const known = new Set(Object.values(reasons).flat())
  const found = moduleState(
    shippedSources().filter(({ path }) => !path.startsWith("src/client/browser/")),
  )
  expect(
    found.filter(each => !known.has(each)),
    "Make it a part of the app (AppPart), or give the reason why it is the process's.",
  ).toEqual([])
  expect([...known].filter(each => !found.includes(each))).toEqual([])
})

it("is found however it is written", () => {
  const text = `// A file.
const table = new Map([["a", 1]])
const list: string[] = []
const object = { a: 1 }
const keyed = new WeakMap()
const context = new AsyncVariable()
const made = new Thing()
const changed = new Map<string, number>()
let plain = 0
export let byClass: (a: A) => string
class A { static { byClass = () => "" } }
export const run = () => { list.push("x"); object.a = 2; changed.set("a", 1); plain++; keyed.set(made, 1) }
`
  expect(moduleState([{ path: "src/x.ts", text }])).toEqual(
    ["list", "object", "made", "changed", "plain"].map(name => `src/x.ts: ${name}`),
  )
})
