// Every function that an application hands over: it may throw, reject, never settle, or return a promise where a response is needed at once.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import ts from "typescript"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { action, context, expose } from "../src/actions/index.ts"
import { nitro } from "../src/adapters/fetch.ts"
import { Command, commands, createHandlers } from "../src/cqrs/index.ts"
import {
  afterCommit,
  Entity,
  memory,
  observeChanges,
  type Store,
  unitOfWork,
  withStores,
} from "../src/entity/index.ts"
import { createEvents, type EventBus, memoryBus } from "../src/events/index.ts"
import { openapi } from "../src/plugins/openapi/index.ts"
import { expectErrors } from "./support/errors.ts"
import { parse, shippedSources } from "./support/imports.ts"

type Kind = "throws" | "rejects" | "never settles" | "promises true" | "promises false"
type Outcome = Readonly<Record<Kind, unknown>>
type Callback = () => never

const kinds: readonly Kind[] = [
  "throws",
  "rejects",
  "never settles",
  "promises true",
  "promises false",
]
/** How long a deadline lets a callback wait that never settles. */
const deadlineMs = 60

function callbackThat(kind: Kind): Callback {
  const callbacks: Record<Kind, () => unknown> = {
    throws: () => {
      throw new Error("the callback failed")
    },
    rejects: async () => {
      throw new Error("the callback failed")
    },
    "never settles": () => new Promise(() => {}),
    "promises true": async () => true,
    "promises false": async () => false,
  }
  return callbacks[kind] as Callback
}

/** One outcome for all kinds, but those that are named. */
const always = (outcome: unknown, but: Partial<Outcome> = {}): Outcome =>
  ({ ...Object.fromEntries(kinds.map(kind => [kind, outcome])), ...but }) as Outcome

const failure = (error: unknown): string =>
  (error as { code?: string }).code ?? (error as Error).message
const outcomeOf = (work: () => unknown): Promise<unknown> =>
  Promise.resolve().then(work).catch(failure)

class Note extends Entity("CallbackNote", { text: z.string().default("") }) {
  static {
    action(this, "mark")
    action(this, "markOften", { rateLimit: { limit: 100, perSeconds: 60 } })
  }
  mark(): void {
    void context().locale
    this.text = "marked"
  }
  markOften(): void {
    this.text = "marked"
  }
}

/** How many rows there are, and what became of the first one. */
const stored = async (): Promise<unknown> =>
  (await Note.where().orderBy("text")).map(({ text }) => text)

/** Runs `work` on a store that has one row. */
const onRow = <T>(work: (store: Store) => Promise<T>): Promise<T> => {
  const store = memory()
  return withStores(store, async () => {
    await Note.create({ id: "a", text: "before" })
    return work(store)
  })
}

const withHook = (hook: string, callback: Callback): Promise<unknown> =>
  onRow(async () => {
    let isOn = false
    class Hooked extends Entity("HookedNote", { text: z.string() }) {}
    Object.defineProperty(Hooked.prototype, hook, { value: () => (isOn ? callback() : undefined) })
    const { id } = await Hooked.create({ text: "before" })
    const row = await Hooked.require(id)
    const work: Record<string, () => Promise<unknown>> = {
      beforeCreate: () => Hooked.create({ text: "new" }),
      afterCreate: () => Hooked.create({ text: "new" }),
      beforeDelete: () => row.delete(),
      afterDelete: () => row.delete(),
      afterLoad: () => Hooked.require(id),
    }
    isOn = true
    const outcome = await outcomeOf(() =>
      unitOfWork(work[hook] ?? (() => row.update({ text: "new" })), { deadlineMs }),
    )
    isOn = false
    return [
      typeof outcome === "string" ? outcome : "done",
      (await Hooked.all()).map(({ text }) => text),
    ]
  })

const hookOutcome = (changed: readonly string[]): Outcome => ({
  throws: ["the callback failed", ["before"]],
  rejects: ["the callback failed", ["before"]],
  "never settles": ["NITRO_DEADLINE", ["before"]],
  "promises true": ["done", changed],
  "promises false": ["done", changed],
})

const request = (path: string): Request =>
  new Request(`http://app.test${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  })

const responseOf = async (
  options: Parameters<typeof nitro>[0],
  path = "/callback-notes/a/mark",
): Promise<unknown> => {
  const app = nitro({ entities: [Note], deadlineMs, ...options })
  const status = await outcomeOf(async () => (await app(request(path))).status)
  await app.close()
  return [status, await stored()]
}

class Ask extends Command("AskCallback", {}) {}
class Partitioned extends Entity("PartitionedNote", { text: z.string().default("") }) {
  static store = memory({ partition: "session" })
}

const listening = async (bus: EventBus<string>, listener: object): Promise<unknown> => {
  const heard: string[] = []
  await bus.subscribe({ change: () => undefined, reset: () => undefined, ...listener }, "gone:1")
  await bus.subscribe({ change: ({ change }) => void heard.push(change), reset: () => undefined })
  await bus.publish("one")
  return heard
}

/** The behaviour of each function of a public interface. Names of the form `Interface.member` are compared with the sources. */
const table: Record<
  string,
  { readonly run: (callback: Callback) => Promise<unknown>; readonly outcome: Outcome }
> = {
  "SubscribeOptions.when": {
    async run(when) {
      const { on, emit } = createEvents()
      on("saved", () => "ran", { when })
      return await emit("saved", 1)
    },
    outcome: always([]),
  },
  "EmitSyncOptions.stopWhen": {
    async run(stopWhen) {
      const { on, emit, emitSync } = createEvents()
      on("saved", () => 1)
      on("saved", () => 2)
      const calls = [
        () => emit("saved", 1, { stopWhen }),
        () => emit("saved", 1, { stopWhen, sequential: true }),
      ]
      return await Promise.all([...calls, () => emitSync("saved", 1, { stopWhen })].map(outcomeOf))
    },
    outcome: always(Array(3).fill("NITRO_ASYNC_CALLBACK"), {
      throws: Array(3).fill("the callback failed"),
    }),
  },
  "EmitSyncOptions.onError": {
    async run(onError) {
      const { on, emit, emitSync } = createEvents()
      on("saved", () => {
        throw new Error("handler")
      })
      on("saved", () => 2)
      return [
        (await emit("saved", 1, { onError })).length,
        emitSync("saved", 1, { onError }).length,
      ]
    },
    outcome: always([2, 2]),
  },
  "EventsOptions.onError": {
    async run(onError) {
      const { on, emit, stream } = createEvents({ onError })
      on("saved", async () => {
        throw new Error("handler")
      })
      on("saved", () => 2)
      const values: unknown[] = []
      for await (const value of stream("saved", 1)) values.push(value)
      return [(await emit("saved", 1)).length, values]
    },
    outcome: always([2, [2]]),
  },
  "BusListener.change": {
    run: change => listening(memoryBus<string>(), { change }),
    outcome: always(["one"]),
  },
  "BusListener.reset": {
    run: reset => listening(memoryBus<string>(), { reset }),
    outcome: always(["one"]),
  },
  "EntityHooks.beforeSave": {
    run: hook => withHook("beforeSave", hook),
    outcome: hookOutcome(["new"]),
  },
  "EntityHooks.beforeCreate": {
    run: hook => withHook("beforeCreate", hook),
    outcome: hookOutcome(["before", "new"]),
  },
  "EntityHooks.beforeUpdate": {
    run: hook => withHook("beforeUpdate", hook),
    outcome: hookOutcome(["new"]),
  },
  "EntityHooks.beforeDelete": {
    run: hook => withHook("beforeDelete", hook),
    outcome: hookOutcome([]),
  },
  "EntityHooks.afterSave": {
    run: hook => withHook("afterSave", hook),
    outcome: hookOutcome(["new"]),
  },
  "EntityHooks.afterCreate": {
    run: hook => withHook("afterCreate", hook),
    outcome: hookOutcome(["before", "new"]),
  },
  "EntityHooks.afterUpdate": {
    run: hook => withHook("afterUpdate", hook),
    outcome: hookOutcome(["new"]),
  },
  "EntityHooks.afterDelete": {
    run: hook => withHook("afterDelete", hook),
    outcome: hookOutcome([]),
  },
  "EntityHooks.afterLoad": {
    run: hook => withHook("afterLoad", hook),
    outcome: always(["NITRO_DEFINITION", ["before"]], {
      throws: ["the callback failed", ["before"]],
    }),
  },
  "ExposeOptions.allow": {
    run: allow => onRow(() => responseOf({ entities: [expose(Note, { allow })] })),
    outcome: {
      throws: [500, ["before"]],
      rejects: [500, ["before"]],
      "never settles": [504, ["before"]],
      "promises true": [204, ["marked"]],
      "promises false": [403, ["before"]],
    },
  },
  "OpenApiOptions.allow": {
    async run(allow) {
      const plugins = [openapi({ title: "Notes", version: "1.0.0", allow })]
      const app = nitro({ entities: [Note], deadlineMs, plugins })
      const { status } = await app(new Request("http://app.test/_nitro/openapi.json"))
      await app.close()
      return status
    },
    outcome: {
      throws: 500,
      rejects: 500,
      "never settles": 504,
      "promises true": 200,
      "promises false": 403,
    },
  },
  "RouteRules.allow": {
    run(allow) {
      const handlers = createHandlers()
      handlers.handle(Ask, async () => void (await Note.create({ text: "asked" })))
      return onRow(() =>
        responseOf({ routes: [commands([Ask], { handlers, allow })] }, "/cmds/ask-callback"),
      )
    },
    outcome: {
      throws: [500, ["before"]],
      rejects: [500, ["before"]],
      "never settles": [504, ["before"]],
      "promises true": [204, ["asked", "before"]],
      "promises false": [403, ["before"]],
    },
  },
  "HandleOptions.allow": {
    run(allow) {
      const handlers = createHandlers()
      handlers.handle(Ask, async () => void (await Note.create({ text: "asked" })), { allow })
      return onRow(() =>
        responseOf({ routes: [commands([Ask], { handlers })] }, "/cmds/ask-callback"),
      )
    },
    outcome: {
      throws: [500, ["before"]],
      rejects: [500, ["before"]],
      "never settles": [504, ["before"]],
      "promises true": [204, ["asked", "before"]],
      "promises false": [403, ["before"]],
    },
  },
  "NitroOptions.user": {
    run: user => onRow(() => responseOf({ user })),
    outcome: {
      throws: ["the callback failed", ["before"]],
      rejects: ["the callback failed", ["before"]],
      "never settles": ["NITRO_DEADLINE", ["before"]],
      "promises true": [204, ["marked"]],
      "promises false": [204, ["marked"]],
    },
  },
  "NitroOptions.partition": {
    run: partition =>
      onRow(() => responseOf({ partition, secret: "a secret that is long enough for tests" })),
    outcome: always(["NITRO_ASYNC_CALLBACK", ["before"]], {
      throws: ["the callback failed", ["before"]],
    }),
  },
  "NitroOptions.locale": {
    run: locale => onRow(() => responseOf({ locale })),
    outcome: always([500, ["before"]]),
  },
  "DispatcherOptions.clientAddress": {
    run: clientAddress =>
      onRow(() => responseOf({ clientAddress }, "/callback-notes/a/mark-often")),
    outcome: always([500, ["before"]]),
  },
  "endStreams rule": {
    async run(rule) {
      const app = nitro({ entities: [Note] })
      const ended = await outcomeOf(() => app.endStreams(rule))
      await app.close()
      return ended
    },
    // Without a stream nothing is asked.
    outcome: always(0),
  },
  "a listener of one class": {
    run: listener =>
      onRow(async () => {
        const off = Note.observe(listener)
        await Note.create({ text: "new" })
        off()
        return stored()
      }),
    outcome: always(["before", "new"]),
  },
  "a listener of all classes": {
    run: listener =>
      onRow(async () => {
        const off = observeChanges(listener)
        await Note.create({ text: "new" })
        off()
        return stored()
      }),
    outcome: always(["before", "new"]),
  },
  "a callback after the commit": {
    run: callback =>
      onRow(async () => {
        await unitOfWork(async () => {
          afterCommit(callback)
          await Note.create({ text: "new" })
        })
        return stored()
      }),
    outcome: always(["before", "new"]),
  },
  "the condition of a bulk delete": {
    run: condition =>
      onRow(async () => [await outcomeOf(() => Note.deleteWhere(condition)), await stored()]),
    outcome: always(["NITRO_QUERY", ["before"]], { throws: ["the callback failed", ["before"]] }),
  },
  "the condition of a bulk update": {
    run: condition =>
      onRow(async () => [
        await outcomeOf(() => Note.updateWhere(condition, { text: "all" })),
        await stored(),
      ]),
    outcome: always(["NITRO_QUERY", ["before"]], { throws: ["the callback failed", ["before"]] }),
  },
  "the condition of a query": {
    run: condition => onRow(() => outcomeOf(() => Note.where(condition).count())),
    outcome: always("NITRO_QUERY", { throws: "the callback failed" }),
  },
  "a specification": {
    run: condition => onRow(() => outcomeOf(() => Note.spec(condition))),
    outcome: always("NITRO_QUERY", { throws: "the callback failed" }),
  },
  "middleware of commands": {
    run(middleware) {
      const handlers = createHandlers()
      handlers.handle(Ask, async () => void (await Note.create({ text: "asked" })))
      handlers.use(middleware)
      return onRow(() =>
        responseOf({ routes: [commands([Ask], { handlers })] }, "/cmds/ask-callback"),
      )
    },
    outcome: {
      throws: [500, ["before"]],
      rejects: [500, ["before"]],
      "never settles": [504, ["before"]],
      "promises true": [200, ["before"]],
      "promises false": [200, ["before"]],
    },
  },
}

const unhandled: unknown[] = []
const reported: unknown[] = []
const noteUnhandled = (error: unknown): void => void unhandled.push(error)
const noteReported = (message: unknown): void => void reported.push(message)
beforeAll(() => {
  process.on("unhandledRejection", noteUnhandled)
  subscribe("nitro:error", noteReported)
})
afterAll(() => {
  process.off("unhandledRejection", noteUnhandled)
  unsubscribe("nitro:error", noteReported)
})
afterEach(() => {
  unhandled.length = 0
  reported.length = 0
})

const cases = Object.entries(table).flatMap(([name, entry]) =>
  kinds.map(kind => ({ name, kind, ...entry })),
)

describe("a function of the application", () => {
  it.each(cases)(
    "$name that $kind ends no process and lets nothing through",
    async ({ kind, run, outcome }) => {
      // What an `onError` itself does wrong is printed.
      expectErrors()
      const makesPartitions = run === table["NitroOptions.partition"]?.run
      if (makesPartitions) await withStores(Partitioned.store, async () => undefined)
      expect(await run(callbackThat(kind))).toEqual(outcome[kind])
      await new Promise(resolve => setTimeout(resolve, 5))
      expect(unhandled).toEqual([])
    },
  )

  it("of a public interface stands in this table", () => {
    const inSources = shippedSources()
      .filter(({ path }) =>
        /^src\/(?:actions|adapters|app|cqrs|entity|events|live|plugins|repositories)\//.test(path),
      )
      .flatMap(file => parse(file).statements.flatMap(callbacksOf))
    const others = [
      // Ours, between files.
      ...[
        "RunOptions.policy",
        "RunOptions.latePolicy",
        "StreamOptions.onEnd",
        "PooledConnectionsOptions.open",
      ],
      ...[
        "SqlRepositoryOptions.prepare",
        "SqlRepositoryOptions.isReadyHere",
        "SqlRepositoryOptions.isBound",
        "SqlRepositoryOptions.find",
      ],
      ...["SingleWriterOptions.open", "SingleWriterOptions.openReader"],
      // Promises that are awaited, in code that runs when a developer asks for it.
      "Consent.confirm",
      "UpOptions.confirm",
      "DownOptions.confirm",
    ]
    expect(inSources.filter(name => !(name in table) && !others.includes(name))).toEqual([])
  })
})

/** `SubscribeOptions.when`: the functions that an application may put into an exported interface of options, rules, hooks or listeners. */
function callbacksOf(statement: ts.Statement): string[] {
  if (
    !ts.isInterfaceDeclaration(statement) ||
    !/(?:Options|Rules|Hooks|Listener|Consent)$/.test(statement.name.text)
  )
    return []
  if (!statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  return statement.members.flatMap(member => {
    const isFunction =
      ts.isMethodSignature(member) ||
      (ts.isPropertySignature(member) && member.type !== undefined && takesFunction(member.type))
    return isFunction && member.name !== undefined
      ? [`${statement.name.text}.${member.name.getText(statement.getSourceFile())}`]
      : []
  })
}

function takesFunction(type: ts.TypeNode): boolean {
  if (ts.isFunctionTypeNode(type)) return true
  if (ts.isParenthesizedTypeNode(type)) return takesFunction(type.type)
  if (ts.isUnionTypeNode(type)) return type.types.some(takesFunction)
  return (
    ts.isTypeReferenceNode(type) &&
    /^(?:AllowRule|ErrorPolicy)$/.test((type.typeName as ts.Identifier).text)
  )
}
