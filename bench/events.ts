// An emit against node:events, emittery and hookable; a wildcard against an exact name; memory over a million subscriptions.
import { EventEmitter } from "node:events"
import { createEvents, withContext } from "nitro-ts/events"
import { bench, type Comparison, type Contender, type Rival } from "./harness.ts"

interface Payload {
  readonly x: number
  readonly y: number
}
type Listener = (payload: Payload) => unknown

const payload: Payload = { x: 1, y: 2 }
let sum = 0

/** Three different functions, as a program has them: one function three times would be inlined. */
const sync: readonly Listener[] = [
  ({ x }) => {
    sum = (sum + x) | 0
  },
  ({ y }) => {
    sum = (sum + y) | 0
  },
  ({ x, y }) => {
    sum ^= x + y
  },
]
const async: readonly Listener[] = [
  async ({ x }) => {
    sum = (sum + x) | 0
  },
  async ({ y }) => {
    sum = (sum + y) | 0
  },
  async ({ x, y }) => {
    sum ^= x + y
  },
]

function ourSync(): Contender {
  const events = createEvents()
  const happened = events.event<Payload>("happened")
  for (const listener of sync) events.on(happened, listener)
  return { name: "emitSync", run: () => events.emitSync(happened, payload) }
}

function ourEmit(listeners: readonly Listener[]): Contender {
  const events = createEvents()
  const happened = events.event<Payload>("happened")
  for (const listener of listeners) events.on(happened, listener)
  return { name: "emit", run: () => events.emit(happened, payload) }
}

/** The same in a process that follows emissions over awaits, as every server with a context per request does. */
function followed(contender: Contender): Contender {
  return {
    ...contender,
    name: `${contender.name}, followed`,
    setup: () => withContext({}, () => {}),
  }
}

function nodeEvents(): Contender {
  const emitter = new EventEmitter()
  for (const listener of sync) emitter.on("happened", listener)
  return { name: "node:events", run: () => emitter.emit("happened", payload) }
}

/** One subscription of a thousand hears the event; the others are for other names, half of them patterns. */
function amongAThousand(name: string, subscribed: string): Contender {
  const events = createEvents()
  const happened = events.event<Payload>("order.placed")
  for (let i = 0; i < 999; i++)
    events.on(i % 2 === 0 ? `other${i}.placed` : `other${i}.*`, sync[0] as Listener)
  events.on(subscribed, sync[0] as Listener)
  return { name, run: () => events.emitSync(happened, payload) }
}

/** 100,000 handlers of one name; one more subscribes, or subscribes and leaves, before each emission. */
function manySubscribers(
  name: string,
  change: (events: ReturnType<typeof createEvents>) => void,
): Contender {
  const events = createEvents()
  const happened = events.event<Payload>("happened")
  return {
    name,
    // Each process of the bench makes all contenders: this many handlers would be in the heap of every other case.
    setup: () => {
      for (let i = 0; i < 100_000; i++) events.on(happened, sync[i % 3] as Listener)
    },
    run: () => {
      change(events)
      events.emitSync(happened, payload)
    },
  }
}

/** Made from data: no name is ever resolved before, so nothing remembered helps. */
function newNames(name: string, patterns: number): Contender {
  const events = createEvents()
  for (let i = 0; i < patterns; i++) events.on(`other${i}.*`, sync[0] as Listener)
  events.on("order.*", sync[0] as Listener)
  return { name, run: i => events.emitSync(`order.${i}`, payload) }
}

/** Loaded by name, since they are rivals and not needed for anything else. */
async function rivalModule(name: string): Promise<Record<string, unknown> | undefined> {
  try {
    return (await import(name)) as Record<string, unknown>
  } catch {
    process.stderr.write(`The rival ${name} is not installed: its rows are left out.\n`)
    return undefined
  }
}

/** What the platform asks for at least: the bare functions, called together and waited for together. */
function promiseAll(): Rival {
  return {
    name: "bare Promise.all",
    run: () => Promise.all(async.map(listener => listener(payload))),
  }
}

interface EmitteryLike {
  on(name: string, listener: (event: { data?: Payload }) => unknown): unknown
  emit(name: string, payload: Payload): Promise<void>
}
interface HookableLike {
  hook(name: string, listener: Listener): unknown
  callHookParallel(name: string, payload: Payload): Promise<unknown>
}

async function asyncRivals(listeners: readonly Listener[]): Promise<Rival[]> {
  const rivals: Rival[] = []
  const emittery = await rivalModule("emittery")
  if (emittery) {
    const emitter = new (emittery["default"] as new () => EmitteryLike)()
    // Older versions hand out the payload itself, newer ones an object around it.
    for (const listener of listeners)
      emitter.on("happened", event => listener(event.data ?? (event as Payload)))
    rivals.push({
      name: "emittery",
      run: () => emitter.emit("happened", payload),
      goal: { max: 0.2 },
    })
  }
  const hookable = await rivalModule("hookable")
  if (hookable) {
    const hooks = (hookable["createHooks"] as () => HookableLike)()
    for (const listener of listeners) hooks.hook("happened", listener)
    rivals.push({
      name: "hookable",
      run: async () => await hooks.callHookParallel("happened", payload),
    })
  }
  return rivals
}

function heapMb(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** 100,000 in each of the 15 rounds; the figure is the heap after that round. */
function subscriptions(name: string, perRound: number): Contender {
  const events = createEvents()
  const happened = events.event<Payload>("happened")
  const round = (count: number): void => {
    for (let i = 0; i < count; i++) {
      events.on(happened, sync[0] as Listener)()
      events.on(`room.${i}.*`, sync[1] as Listener)()
    }
  }
  return {
    name,
    setup: () => round(1_000),
    measure: async () => {
      round(perRound)
      return heapMb()
    },
  }
}

const comparisons: Comparison[] = [
  {
    case: "emit to three sync handlers",
    ours: ourSync(),
    rivals: [{ ...nodeEvents(), goal: { max: 1.5 } }],
  },
  {
    case: "one wildcard among 1,000 subscriptions",
    ours: amongAThousand("wildcard", "order.*"),
    rivals: [{ ...amongAThousand("exact name", "order.placed"), goal: { max: 3 } }],
  },
  {
    case: "a name never seen before, 1,000 patterns",
    ours: newNames("1,000 patterns", 999),
    rivals: [{ ...newNames("one pattern", 0), goal: { max: 3 } }],
  },
  {
    case: "emit to 100,000 handlers after one more subscribed",
    ours: [
      manySubscribers("the same name", events => void events.on("happened", sync[0] as Listener)),
      manySubscribers("and left again", events => events.on("happened", sync[0] as Listener)()),
      manySubscribers(
        "a pattern that covers it",
        events => void events.on("happ*", sync[0] as Listener),
      ),
      manySubscribers("another pattern", events => void events.on("other.*", sync[0] as Listener)),
    ],
    rivals: [{ ...manySubscribers("emit alone", () => {}), goal: { max: 3 } }],
  },
  {
    case: "awaited emit to three sync handlers",
    ours: ourEmit(sync),
    rivals: await asyncRivals(sync),
  },
  {
    case: "awaited emit to three async handlers",
    ours: ourEmit(async),
    rivals: [...(await asyncRivals(async)), promiseAll()],
  },
  { case: "emit to three sync handlers", ours: followed(ourSync()), rivals: [nodeEvents()] },
  {
    case: "awaited emit to three async handlers",
    ours: followed(ourEmit(async)),
    rivals: (await asyncRivals(async)).map(({ goal: _, ...rival }) => rival),
  },
  {
    case: "heap while 3M subscriptions come and go",
    metric: "MB",
    ours: subscriptions("after", 100_000),
    rivals: [{ ...subscriptions("at rest", 0), goal: { max: 1.05 } }],
  },
]

await bench("events", comparisons, { isolate: true })
