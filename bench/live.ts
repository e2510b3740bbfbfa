// Clients of one live page against raw node:http that writes the same bytes: memory, CPU and delay of a change, other requests.
import { bench, type Comparison, type Contender, type Goal } from "./harness.ts"
import { type Figures, measureRound, type Setting } from "./live/round.ts"

function option(name: string, byDefault: string): string {
  const at = process.argv.indexOf(name)
  return at < 0 ? byDefault : (process.argv[at + 1] ?? "")
}

/** `--clients 2000`, `--clients 10000`: the sizes that the goals are about; `ulimit -n` must allow them. The default is a quick look. */
const readers = Number(option("--clients", "500"))
if (!Number.isInteger(readers) || readers < 1) throw new Error("--clients takes a whole number.")
/** `--gzip`: compressed streams, against zlib for each client. */
const isGzip = process.argv.includes("--gzip")
const rounds = process.argv.includes("--quick") || readers > 5000 ? 3 : 5
const headers = "nitro-client: 1\r\ndatastar-request: true\r\n"

/** All figures of a round come from one run, whichever case wants them first. */
class Rounds {
  readonly name: string
  readonly #setting: Setting
  readonly #figures: Promise<Figures>[] = []

  constructor(name: string, setting: Omit<Setting, "readers" | "headers" | "isGzip">) {
    this.name = name
    this.#setting = { readers, headers, isGzip, ...setting }
  }

  figure(choose: (figures: Figures) => number): Contender {
    return {
      name: this.name,
      measure: async round => {
        this.#figures[round] ??= measureRound(this.#setting)
        return choose(await (this.#figures[round] as Promise<Figures>))
      },
    }
  }
}

const raw = isGzip
  ? new Rounds("zlib for each", { file: "bench/rivals/live-raw-gzip.ts" })
  : new Rounds("raw node:http", { file: "bench/rivals/live-raw-node.ts" })
const file = "bench/live/app.tsx"
/** `--host hono`: one of them. */
const kinds = option("--host", "node,express,hono").split(",")
const ours = kinds.map(
  kind => new Rounds(`nitro-ts/${kind}`, { file, env: { HOST_KIND: kind, NODE_NO_WARNINGS: "1" } }),
)

function compare(
  title: string,
  metric: string,
  choose: (figures: Figures) => number,
  goal?: Goal,
): Comparison {
  return {
    case: title,
    metric,
    ours: ours.map(each => each.figure(choose)),
    rivals: [{ ...raw.figure(choose), ...(goal && { goal }) }],
  }
}

await bench(
  `live, ${readers} clients${isGzip ? ", gzip" : ""}`,
  [
    compare("a connection", "bytes", ({ memory }) => memory, { max: 1.25 }),
    compare("opening", "cpu us", ({ openCpu }) => openCpu, { max: 2 }),
    compare("opening, on the clock", "ms", ({ openMs }) => openMs, { max: 2 }),
    compare("a change", "cpu ms", ({ quiet }) => quiet.cpu, { max: 1.05 }),
    compare("a change beside requests", "cpu ms", ({ loaded }) => loaded.cpu, { max: 1.05 }),
    compare("a change at 99 of 100", "ms", ({ quiet }) => quiet.p99, { max: 1.15 }),
    compare("the same beside requests", "ms", ({ loaded }) => loaded.p99, { max: 1.15 }),
    compare("other requests, 99 of 100", "ms", ({ otherMs }) => otherMs),
    compare("the same without changes", "ms", ({ idleMs }) => idleMs),
  ],
  { rounds },
)
