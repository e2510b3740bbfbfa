// The check at start: an app that cannot respond reports it before its first request, and does not run in production.
import type { EntityClass } from "../entity/index.ts"
import {
  type ClassFault,
  findDeclarationFaults,
  findFaults,
  isEntityClass,
} from "../entity/internal.ts"
import { NitroError } from "../shared/errors.ts"
import { warnOnce } from "../shared/warn.ts"
import "./errors.ts"

/** A database that does not respond for so long counts as a fault, and requests wait no longer than this. */
const timeoutMs = 30_000
/** How long a program without `serve` has for its migrations before a fault ends it. */
const patienceMs = 5_000
const retryMs = 250

type Outcome = "open" | "passed" | "failed"

/** The checks of apps that have not passed yet: `serve` and `ready` wait for them. */
const waiting = new Set<Start>()

/** The check of one app. It runs again after a failure, since migrations may have run meanwhile. */
export class Start {
  readonly #classes: readonly EntityClass[]
  readonly #otherFaults: () => readonly ClassFault[]
  #running: Promise<void> | undefined
  #outcome: Outcome = "open"
  #isAwaited = false

  /** `otherFaults`: of how the classes are exposed. */
  constructor(
    classes: readonly EntityClass[],
    otherFaults: () => readonly ClassFault[] = () => [],
  ) {
    this.#classes = classes
    this.#otherFaults = otherFaults
    waiting.add(this)
    // An app served without `serve` does not await it. The stores may be configured below this call.
    setImmediate(() => void this.#checkInBackground())
  }

  /** Resolves once the app can respond; rejects in production with the faults that keep it from responding. */
  get ready(): Promise<void> {
    // The program deals with the failure, even if only by the end of the process that Node gives it.
    this.#isAwaited = true
    return this.#check()
  }

  /** The promise that requests wait for; undefined once the check is over. Never rejects. */
  get pending(): Promise<void> | undefined {
    if (this.#outcome !== "open") return undefined
    return this.#check().catch(error => this.#giveUp(error))
  }

  /** The app was closed: nothing is checked any more. */
  end(): void {
    this.#outcome = "passed"
    waiting.delete(this)
  }

  #check(): Promise<void> {
    if (this.#outcome === "passed") return Promise.resolve()
    this.#running ??= checkClasses(this.#classes, this.#otherFaults())
      .then(() => this.end())
      .finally(() => {
        this.#running = undefined
      })
    return this.#running
  }

  async #checkInBackground(): Promise<void> {
    const end = Date.now() + patienceMs
    for (;;) {
      if (this.#outcome !== "open" || this.#isAwaited) return
      try {
        return await this.#check()
      } catch (error) {
        if (Date.now() > end) return this.#giveUp(error)
      }
      await new Promise(resolve => setTimeout(resolve, retryMs).unref())
    }
  }

  /** Ends the process, unless the program awaits `ready` and so decides itself. */
  #giveUp(error: unknown): void {
    if (this.#outcome !== "open") return
    this.#outcome = "failed"
    if (this.#isAwaited) return
    console.error("[nitro-ts] The application does not start:", error)
    process.exit(1)
  }
}

/** Waits for every app of the process that was made so far. Rejects as `app.ready` does. */
export async function appsReady(): Promise<void> {
  for (const start of [...waiting]) await start.ready
}

/**
 * Checks at the start of a program what would else fail later: every declared entity, the tables of the classes given here,
 * and every app that was made before. In production it rejects with what is wrong; elsewhere it warns once and resolves.
 *
 * ```ts
 * await ready(Product, Order)
 * ```
 */
export async function ready(...entities: readonly EntityClass[]): Promise<void> {
  for (const entity of entities) {
    if (!isEntityClass(entity))
      throw new NitroError(
        "NITRO_START",
        `ready() takes entity classes, not ${entity === null ? "null" : `a ${typeof entity}`}.`,
        {
          fix: "Write await ready(Product, Order), or await ready().",
        },
      )
  }
  await checkClasses(entities, findDeclarationFaults())
  await appsReady()
}

async function checkClasses(
  classes: readonly EntityClass[],
  earlier: readonly ClassFault[] = [],
): Promise<void> {
  const named = new Set(earlier.map(({ entity }) => entity))
  const others = classes.filter(({ name }) => !named.has(name))
  const faults = [...earlier, ...(await withinTime(findFaults(others)))]
  const first = faults[0]
  if (first === undefined) return
  if (process.env["NODE_ENV"] === "production") throw errorOf(faults, first)
  for (const { entity, error } of faults) {
    // Looked at: it may be any error.
    const { code = "NITRO_START", message, fix = "" } = (error ?? {}) as Partial<NitroError>
    // A text under which it is said once.
    warnOnce(code as `NITRO_${string}`, `${entity} does not work: ${message ?? String(error)}`, fix)
  }
}

/** One fault speaks for itself. */
function errorOf(faults: readonly ClassFault[], { error: first }: ClassFault): unknown {
  const texts = [...new Set(faults.map(({ error }) => textOf(error)))]
  if (texts.length === 1) return first
  return new NitroError(
    "NITRO_START",
    `${texts.length} faults keep the application from starting:\n- ${texts.join("\n- ")}`,
    {
      cause: first,
      details: { entities: faults.map(({ entity }) => entity) },
    },
  )
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Looked at: other errors have none.
  const { fix = "" } = error as Partial<NitroError>
  return fix === "" || error.message.endsWith(fix) ? error.message : `${error.message} ${fix}`
}

async function withinTime(faults: Promise<ClassFault[]>): Promise<ClassFault[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<ClassFault[]>(resolve => {
    timer = setTimeout(() => {
      const error = new NitroError(
        "NITRO_START",
        `The stores of the app did not respond within ${timeoutMs / 1000} seconds.`,
        {
          fix: "Check the address of the database and that it is running.",
        },
      )
      resolve([{ entity: "A class", error }])
    }, timeoutMs)
  })
  return Promise.race([faults, late]).finally(() => clearTimeout(timer))
}
