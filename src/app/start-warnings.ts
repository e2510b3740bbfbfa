// Warnings at start: settings that work on a developer's machine and lose data, or open access, once deployed.
import { actionsOf, type Exposure } from "../actions/index.ts"
import { storeOf } from "../entity/internal.ts"
import "./errors.ts"

// An app may be made many times in one process; the same warning helps once.
const printed = new Set<string>()

/** Prints each warning once in the process, as a process warning. Call it when the stores of the app are known. */
export function warnAtStart(exposures: readonly Exposure[], counts: LimitSettings): void {
  warnOfLimits(exposures, counts)
  const open = namesOf(
    exposures.filter(({ crud, allow }) => crud.length > 0 && allow === undefined),
  )
  if (open.length > 0) {
    warn(
      "NITRO_OPEN_TO_ALL",
      `Every visitor may use the exposed operations of ${open.join(", ")}. Write expose(${open[0]}, { allow: ({ user }) => user !== undefined }), or allow: () => true where that is meant.`,
    )
  }
  for (const exposure of exposures) warnOfPermissions(exposure)
  if (process.env["NODE_ENV"] !== "production") return
  const lost = namesOf(exposures.filter(isLostAtExit))
  if (lost.length > 0) {
    warn(
      "NITRO_NOT_DURABLE",
      `The rows of ${lost.join(", ")} are kept in memory, and are lost when the process ends. Write static store = sqlite("app.db") in the class, configure({ store: sqlite("app.db") }), or set NITRO_DATABASE_URL.`,
    )
  }
}

export interface LimitSettings {
  /** The app was given a log of changes, as apps of several processes are. */
  readonly isShared: boolean
  /** A store counts the rate limits. */
  readonly hasStore: boolean
}

function warnOfLimits(exposures: readonly Exposure[], { isShared, hasStore }: LimitSettings): void {
  if (!isShared || hasStore) return
  const limited = exposures.flatMap(({ entity }) =>
    actionsOf(entity)
      .filter(({ rateLimit }) => rateLimit !== undefined)
      .map(({ name }) => `${entity.definition.name}.${name}`),
  )
  if (limited.length > 0)
    warn(
      "NITRO_LIMITS_PER_PROCESS",
      `The processes that share nitro({ changes }) count the rateLimit of ${limited.join(", ")} each for itself, so a caller has it once for each process. Write limits: { store: … } with a store that all of them use.`,
    )
}

/** A permission that no rule reads looks like protection. Middleware may read it too, which only the application knows. */
function warnOfPermissions({ entity, crud, allow }: Exposure): void {
  if (allow !== undefined) return
  const named = actionsOf(entity).filter(({ permission }) => permission !== undefined)
  const [first] = named
  if (first === undefined) return
  const { name } = entity.definition
  const actions = named.map(action => `${name}.${action.name} ("${action.permission}")`).join(", ")
  const rule = "allow: ({ route, user }) => …"
  const line = crud.length > 0 ? `{ ${rule} }` : `{ crud: false, ${rule} }`
  warn(
    "NITRO_UNCHECKED_PERMISSION",
    `The class ${name} has no rule that checks the permission of ${actions}, so every visitor may use it. Write expose(${name}, ${line}) and compare route.permission there, or allow: () => true where middleware checks it.`,
  )
}

function isLostAtExit({ entity }: Exposure): boolean {
  const store = entity.store
  // Rows of a session are kept as long as the session, by choice.
  if (store?.partitioned !== undefined) return false
  try {
    return !storeOf(entity).capabilities.durable
  } catch {
    // Faults of the store are reported by its first use.
    return false
  }
}

function namesOf(exposures: readonly Exposure[]): string[] {
  return [...new Set(exposures.map(({ entity }) => entity.definition.name))]
}

function warn(code: string, message: string): void {
  if (printed.has(message)) return
  printed.add(message)
  process.emitWarning(message, { code })
}
