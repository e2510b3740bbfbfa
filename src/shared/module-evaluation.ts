// Declarations made while a module is evaluated: a module that is evaluated again replaces the ones it made before.

/** Ends what a module declared. */
export interface Declared {
  off(): void
}

/** One evaluation of one module, and what it has declared. */
export class Evaluation {
  readonly url: string
  /** The turn of its latest declaration, and the place of that one in the module's own body. */
  turn: object
  position: number
  readonly declared: Set<Declared> = new Set<Declared>()
  /** Addresses of earlier evaluations, whose late declarations replace nothing. */
  readonly earlier: ReadonlySet<string>

  constructor({ url, position }: Site, turn: object, earlier: ReadonlySet<string>) {
    this.url = url
    this.position = position
    this.turn = turn
    this.earlier = earlier
  }
}

/**
 * What modules have declared in one registry. Hot reloading evaluates a module again, and so does an import of the same file
 * under another query string: the new evaluation then takes the place of the earlier one. Declarations that are made later,
 * by a function or after a top-level `await` of Node, belong to no evaluation.
 */
export class ModuleDeclarations {
  readonly #modules = new Map<string, Evaluation>()

  /** The evaluation that `called` is called in; ends what the same module declared before. Undefined outside of evaluations. */
  enter(called: (...args: never[]) => unknown): Evaluation | undefined {
    const turn = currentTurn()
    turn.looks += 1
    const site = turn.looks > maxLooks ? undefined : evaluationSite(called)
    if (site === undefined) return undefined
    const latest = this.#modules.get(site.file)
    if (latest?.earlier.has(site.url)) return undefined
    if (latest !== undefined && !isAgain(latest, site, turn)) {
      latest.turn = turn
      latest.position = site.position
      return latest
    }
    const evaluation = new Evaluation(site, turn, earlierUrls(latest, site))
    this.#modules.set(site.file, evaluation)
    for (const declared of [...(latest?.declared ?? [])]) declared.off()
    return evaluation
  }
}

/** Under another address, or once more from above in a later turn. */
function isAgain({ url, turn: before, position }: Evaluation, site: Site, turn: object): boolean {
  return site.url !== url || (site.isDirect && turn !== before && site.position <= position)
}

function earlierUrls(before: Evaluation | undefined, site: Site): ReadonlySet<string> {
  return before === undefined || before.url === site.url
    ? (before?.earlier ?? none)
    : new Set([...before.earlier, before.url])
}

const none: ReadonlySet<string> = new Set()

interface Turn {
  looks: number
}

let turn: Turn | undefined

/** The same object until the present run of synchronous code is over. */
function currentTurn(): Turn {
  if (turn === undefined) {
    turn = { looks: 0 }
    queueMicrotask(() => {
      turn = undefined
    })
  }
  return turn
}

/** Where in which module body the code stands that runs now. */
interface Site {
  /** With its query string. */
  readonly url: string
  readonly file: string
  readonly position: number
  /** The body itself declares, and not a function that it calls. */
  readonly isDirect: boolean
}

const maxFrames = 16
/** Looking at the stack takes some microseconds, and no module declares as much in one turn. */
const maxLooks = 500
/** Modules that evaluate others: Node, and vite with the tools built on it. */
const loaders = /^node:internal\/modules\/|\/(?:vite|vitest|vite-node)\/dist\//
const bodies: ReadonlySet<string | null> = new Set([null, "", "eval", "Object.<anonymous>"])

function evaluationSite(called: (...args: never[]) => unknown): Site | undefined {
  const frames = framesAbove(called).filter(
    frame => !frame.getFileName()?.startsWith("node:internal/process/"),
  )
  const at = frames.findIndex(frame => loaders.test(frame.getFileName() ?? ""))
  const body = frames[at - 1]
  if (body === undefined || !bodies.has(body.getFunctionName())) return undefined
  const url = body.getScriptNameOrSourceURL()
  if (url === null || url === "") return undefined
  const position = (body.getLineNumber() ?? 0) * 2 ** 20 + (body.getColumnNumber() ?? 0)
  return { url, file: fileOf(url), position, isDirect: at === 1 }
}

function framesAbove(called: (...args: never[]) => unknown): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = maxFrames
    Error.prepareStackTrace = (_error, frames) => frames
    Error.captureStackTrace(holder, called)
    // Runtimes that do not take `prepareStackTrace` give text.
    return Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]) : []
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** `/src/shop.ts` of `file:///src/shop.ts?t=1`, and of `/src/shop.ts:3:1`. */
export function fileOf(place: string): string {
  return place
    .replace(/^file:\/\//, "")
    .replace(/:\d+:\d+$/, "")
    .replace(/[?#].*$/, "")
}
