// A Postgres URL as the database it names, in one form for all spellings, and the settings of connections to it.

/** Parameters that say which tables a connection sees. */
const placeParameters: ReadonlySet<string> = new Set([
  "host",
  "port",
  "user",
  "dbname",
  "database",
  "options",
  "search_path",
])

export interface DatabaseUrl {
  /** Server, database, role and search path: equal for two URLs of the same tables. Holds no password. */
  readonly database: string
  /** The other parameters by name, and the password. */
  readonly settings: Readonly<Record<string, string>>
}

/** Of a URL with the protocol `postgres:` or `postgresql:`. */
export function readDatabaseUrl(url: URL): DatabaseUrl {
  const place: Record<string, string> = {
    host: decodeURIComponent(url.hostname).toLowerCase(),
    port: url.port || "5432",
    user: decodeURIComponent(url.username),
    database: decodeURIComponent(url.pathname.replace(/^\//, "")),
  }
  const settings: Record<string, string> =
    url.password === "" ? {} : { password: decodeURIComponent(url.password) }
  for (const [name, value] of url.searchParams) {
    if (name === "dbname") place["database"] = value
    else if (placeParameters.has(name)) place[name] = value
    else settings[name] = value
  }
  // The user has a default above.
  place["database"] ||= place["user"] as string
  return {
    database: JSON.stringify(Object.entries(place).sort(([a], [b]) => (a < b ? -1 : 1))),
    settings,
  }
}
