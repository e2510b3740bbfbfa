// The options of the OpenAPI plugin, and their check where the app is made.
import type { AllowRule } from "../../actions/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import "./errors.ts"

/** A way to sign in, as OpenAPI's Security Scheme Object: `{ type: "http", scheme: "bearer" }`. */
export interface SecurityScheme {
  readonly type: "apiKey" | "http" | "mutualTLS" | "oauth2" | "openIdConnect"
  readonly description?: string
  /** Of `apiKey`: the name of the cookie, header or query parameter. */
  readonly name?: string
  /** Of `apiKey`. */
  readonly in?: "query" | "header" | "cookie"
  /** Of `http`: `"bearer"`, `"basic"`. */
  readonly scheme?: string
  /** Of `http` with the scheme `bearer`: `"JWT"`. */
  readonly bearerFormat?: string
  /** Of `oauth2`: OpenAPI's OAuth Flows Object. */
  readonly flows?: Readonly<Record<string, unknown>>
  /** Of `openIdConnect`. */
  readonly openIdConnectUrl?: string
}

export interface OpenApiDocs {
  /** Path of the page, below the base path of the app. Default `"/_nitro/docs"`. */
  readonly path?: string
}

export interface OpenApiOptions {
  /** The name of the API. */
  readonly title: string
  /** The version of the API, not of OpenAPI: `"1.4.0"`. */
  readonly version: string
  /** A few sentences about the API, in Markdown. */
  readonly description?: string
  /** Path of the document, below the base path of the app. Default `"/_nitro/openapi.json"`. */
  readonly path?: string
  /** The ways to sign in by name, of which any one is enough: `{ session: { type: "apiKey", in: "cookie", name: "session" } }`. */
  readonly security?: Readonly<Record<string, SecurityScheme>>
  /** Decides who may read the document and its page; false responds 403. Default: every visitor. */
  readonly allow?: AllowRule
  /** Serves a page that shows the document. Needs the package swagger-ui-dist. Default: no page. */
  readonly docs?: boolean | OpenApiDocs
}

const names = optionNames<OpenApiOptions>({
  title: true,
  version: true,
  description: true,
  path: true,
  security: true,
  allow: true,
  docs: true,
})
const docsNames = optionNames<OpenApiDocs>({ path: true })
const schemeNames = optionNames<SecurityScheme>({
  type: true,
  description: true,
  name: true,
  in: true,
  scheme: true,
  bearerFormat: true,
  flows: true,
  openIdConnectUrl: true,
})

/** The members that each type of scheme needs, by the specification. */
const schemeMembers: Readonly<
  Record<SecurityScheme["type"], readonly (keyof SecurityScheme & string)[]>
> = {
  apiKey: ["name", "in"],
  http: ["scheme"],
  mutualTLS: [],
  oauth2: ["flows"],
  openIdConnect: ["openIdConnectUrl"],
}

/** The options with their defaults. */
export interface OpenApiSettings {
  readonly title: string
  readonly version: string
  readonly description: string | undefined
  readonly path: string
  readonly security: Readonly<Record<string, SecurityScheme>>
  readonly allow: AllowRule | undefined
  /** Undefined: no page. */
  readonly docsPath: string | undefined
}

/** Refuses what the types refuse too, for programs without types. @throws NITRO_OPENAPI, NITRO_UNKNOWN_OPTION */
export function settingsOf(options: OpenApiOptions): OpenApiSettings {
  refuseUnknownOptions("openapi({ … })", options, names)
  const { title, version, description, allow, security = {}, docs = false } = options ?? {}
  if (!isText(title)) throw wrong("title", "is no text", 'Write title: "Shop".')
  if (!isText(version)) throw wrong("version", "is no text", 'Write version: "1.0.0".')
  if (description !== undefined && !isText(description))
    throw wrong("description", "is no text", 'Write description: "…", or leave it out.')
  if (allow !== undefined && typeof allow !== "function")
    throw wrong(
      "allow",
      "is no function",
      "Write allow: ({ user }) => user !== undefined, or leave it out.",
    )
  for (const [name, scheme] of Object.entries(security)) checkScheme(name, scheme)
  const path = pathOf("path", options.path ?? "/_nitro/openapi.json")
  const docsPath = docsPathOf(docs)
  if (docsPath === path) throw wrong("docs", "has the path of the document", "Give it another one.")
  return { title, version, description, path, security, allow, docsPath }
}

function docsPathOf(docs: boolean | OpenApiDocs): string | undefined {
  if (docs === false) return undefined
  refuseUnknownOptions("docs of openapi({ … })", docs, docsNames)
  const { path = "/_nitro/docs" } = docs === true ? {} : docs
  return pathOf("docs.path", path)
}

function pathOf(option: string, path: unknown): string {
  if (typeof path === "string" && /^(?:\/[\w.~-]+)+$/.test(path)) return path
  throw wrong(
    option,
    `is ${JSON.stringify(path)}, which is no path`,
    `Begin each segment with a slash, without parameters: ${option}: "/docs/api".`,
  )
}

function checkScheme(name: string, scheme: SecurityScheme): void {
  const option = `security.${name}`
  if (!/^[\w.-]+$/.test(name))
    throw wrong(
      option,
      "has a name with other characters than letters, digits, . - _",
      "Rename it.",
    )
  refuseUnknownOptions(`${option} of openapi({ … })`, scheme, schemeNames)
  const { type }: { readonly type?: string } = scheme ?? {}
  const members = Object.entries(schemeMembers).find(([each]) => each === type)?.[1]
  if (members === undefined)
    throw wrong(
      option,
      `has the type ${JSON.stringify(type)}`,
      `The types are ${Object.keys(schemeMembers).join(", ")}.`,
    )
  for (const member of members)
    if (scheme[member] === undefined)
      throw wrong(option, `has the type "${type}" and no ${member}`, `Write its ${member}.`)
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== ""

function wrong(option: string, problem: string, fix: string): NitroError {
  return new NitroError("NITRO_OPENAPI", `The option ${option} of openapi() ${problem}. ${fix}`, {
    fix,
  })
}
