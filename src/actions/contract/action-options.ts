// The options of an action, and their check where the class is declared.
import type { z } from "zod"
import type { IconName } from "../../html/internal.ts"
import { NitroError } from "../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import { suggest } from "../../shared/suggest.ts"
import "./errors.ts"

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/** How often one caller may run an action: a bucket of `limit` tokens, which fills up evenly in `perSeconds`. */
export interface RateLimit {
  /** Runs that may follow each other at once. */
  readonly limit: number
  /** Seconds in which an empty bucket is full again. */
  readonly perSeconds: number
}

export interface ActionOptions<O extends z.ZodType = z.ZodType> {
  /** HTTP method; default `"POST"`. A GET action must not change anything. */
  readonly method?: HttpMethod
  /**
   * The route behind the path of the entity or its class; default the method's name in kebab-case. Of several segments those with a
   * colon are inputs: `"lines/:line/remove"`.
   */
  readonly path?: string
  /** Schemas of the input, by name. Input without a schema is refused, so that nothing unvalidated reaches the method. */
  readonly input?: Readonly<Record<string, z.ZodType>>
  /**
   * Schema of the data that JSON clients get, entities as their JSON form; of a generator, of each value. Only listed fields leave, and a
   * value that it refuses is a 500, and its writes are rolled back.
   */
  readonly output?: O
  /** The text of its button; default the name in words, `clearDone` as "Clear done". */
  readonly label?: string
  /** Its effect, in a sentence: the tooltip of its button, and for documents. */
  readonly description?: string
  /** Name of the Lucide icon of its button: `"trash"`. */
  readonly icon?: IconName
  /** Groups it for documents and for rules: `allow` gets them as `route.tags`. */
  readonly tags?: readonly string[]
  /** Names the right that it needs. `allow` gets it as `route.permission` and decides; without such a rule nothing is checked. */
  readonly permission?: string
  /** A question that the browser shows before it sends. */
  readonly confirm?: string
  /**
   * `"stream"`: the method reads the body itself, from `body` of its second argument, while it arrives; `input` then comes from the path
   * and the query alone. Default: the body is read into memory, and is input.
   */
  readonly body?: "stream"
  /** Largest body of a stream in bytes. Default: `maxBodyBytes` of `nitro({ limits })`. */
  readonly maxBodyBytes?: number
  /** `"required"`: refuses a request without an idempotency key. Default: a request with one is carried out once, one without as often as it comes. */
  readonly idempotent?: "required"
  /** HTTP status of a JSON response, 200 to 299; default 200, or 204 without content. */
  readonly status?: number
  /** Milliseconds until it responds 504 and its writes are rolled back; `Infinity`: no limit. Default: that of `nitro({ deadlineMs })`. */
  readonly deadlineMs?: number
  /** How often one user may run it, or one address of visitors; beyond, the response is 429. Each process counts for itself, unless `nitro({ limits: { store } })` shares the counts. Default: any number. */
  readonly rateLimit?: RateLimit
  /** False: it runs in no unit of work. Each save is written at once and stays, also when the action fails later. */
  readonly unitOfWork?: boolean
}

const names = optionNames<ActionOptions>({
  method: true,
  path: true,
  input: true,
  output: true,
  label: true,
  description: true,
  icon: true,
  tags: true,
  permission: true,
  confirm: true,
  body: true,
  maxBodyBytes: true,
  idempotent: true,
  status: true,
  deadlineMs: true,
  rateLimit: true,
  unitOfWork: true,
})
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const satisfies HttpMethod[]
const limitNames = optionNames<RateLimit>({ limit: true, perSeconds: true })
const texts = ["label", "description", "icon", "permission", "path"] as const

/** Whether it is the status of a success, 200 to 299. */
export const isSuccess = (status: number): boolean =>
  Number.isInteger(status) && status >= 200 && status <= 299

/** Refuses what the types of the options refuse, for programs without types. */
export function checkActionOptions(name: string, options: ActionOptions): void {
  refuseUnknownOptions(`The action ${name}`, options, names)
  const wrong = (problem: string, fix: string) =>
    new NitroError("NITRO_ACTION_OPTION", `The action ${name} has ${problem}.`, { fix })
  const { method, output, status, tags, rateLimit, unitOfWork } = options
  if (method !== undefined && !methods.includes(method)) {
    throw new NitroError(
      "NITRO_NOT_AN_ACTION",
      `The action ${name} has the method "${String(method)}", which no route has.`,
      { fix: suggest(String(method), methods) },
    )
  }
  for (const option of texts) {
    const text: unknown = options[option]
    if (text !== undefined && (typeof text !== "string" || text === ""))
      throw wrong(`a ${option} that is no text`, `Write ${option}: "…".`)
  }
  // JavaScript may pass anything.
  if (output !== undefined && typeof (output as Partial<z.ZodType>)?._zod?.def !== "object")
    throw wrong("an output that is no zod schema", "Write output: z.object({ … }).")
  if (status !== undefined && !isSuccess(status))
    throw wrong(`the status ${String(status)}, which is not one of success`, "Write status: 201.")
  if (tags !== undefined && !(Array.isArray(tags) && tags.every(tag => typeof tag === "string")))
    throw wrong("tags that are no list of texts", 'Write tags: ["billing"].')
  if (unitOfWork !== undefined && typeof unitOfWork !== "boolean")
    throw wrong("a unitOfWork that is neither true nor false", "Write unitOfWork: false.")
  if (unitOfWork !== undefined && method === "GET")
    throw wrong("unitOfWork and the method GET, which never has one", "Leave unitOfWork out.")
  checkBody(options, wrong)
  if (rateLimit === undefined) return
  refuseUnknownOptions(`rateLimit of the action ${name}`, rateLimit, limitNames)
  const { limit, perSeconds } = rateLimit
  if (!Number.isInteger(limit) || limit < 1 || !(perSeconds > 0 && perSeconds < Infinity))
    throw wrong(
      `the rateLimit ${JSON.stringify(rateLimit)}`,
      "Write rateLimit: { limit: 5, perSeconds: 60 }: a whole number from 1, and seconds above 0.",
    )
}

function checkBody(
  { body, maxBodyBytes, method }: ActionOptions,
  wrong: (problem: string, fix: string) => NitroError,
): void {
  if (body !== undefined && body !== "stream")
    throw wrong(`the body ${JSON.stringify(body)}`, 'Write body: "stream", or leave it out.')
  if (body !== undefined && (method === "GET" || method === "DELETE"))
    throw wrong(`body: "stream" and the method ${method}, which has no body`, "Use POST or PUT.")
  if (maxBodyBytes === undefined) return
  if (body === undefined)
    throw wrong('maxBodyBytes without body: "stream"', 'Write body: "stream" too.')
  if (!(Number.isSafeInteger(maxBodyBytes) && maxBodyBytes >= 1))
    throw wrong(`the maxBodyBytes ${String(maxBodyBytes)}`, "Write a whole number from 1.")
}
