// The rules of the house as data, and the checks that turn a breach into a sentence.
import { builtinModules } from "node:module"
import ts from "typescript"
import { importsOf, packageOf, parse, resolveImport, type SourceFile } from "./imports.ts"

/**
 * What each folder of src may import from, besides itself: folders, or single files. Type imports count. `index.ts` stands for the root module.
 * Folders that are not listed do not exist yet: add a line when you create one.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  entity: ["shared"],
  events: ["shared"],
  html: ["shared"],
  datastar: ["shared", "html"],
  highlight: ["shared", "html"],
  components: ["shared", "html", "datastar", "highlight"],
  client: ["shared"],
  stores: ["shared", "entity"],
  actions: ["shared", "entity", "events", "html", "datastar"],
  cqrs: ["shared", "entity", "events", "html", "datastar", "actions"],
  live: ["shared", "entity", "events", "html", "datastar", "actions"],
  app: ["shared", "entity", "events", "html", "datastar", "actions", "cqrs", "live"],
  adapters: ["shared", "entity", "events", "html", "datastar", "actions", "live", "app", "client"],
  // The document and its page are sent as the client files are.
  plugins: ["shared", "entity", "html", "actions", "app", "adapters/file.ts"],
  testing: ["shared", "entity", "events", "html", "actions", "live", "adapters/fetch.ts"],
  // Runs when an application is built: it asks the html module how an element prints.
  compile: ["shared", "html"],
  // `serve` finds its host when it is called, so that the root loads none.
  "index.ts": [
    "shared",
    "entity",
    "events",
    "html",
    "datastar",
    "actions",
    "live",
    "app",
    "adapters/serve.ts",
  ],
}

/**
 * The rooms of the large folders, in order: a room may import the rooms before it. The files beside them are the folder's doors: they
 * import any room, and no room imports them.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  entity: [
    "contract",
    "definition",
    "conditions",
    "types",
    "memory",
    "binding",
    "relations",
    "queries",
    "writes",
    "members",
  ],
  "stores/sql": [
    "contract",
    "table",
    "compile",
    "connections",
    "repository",
    "sqlite",
    "postgres",
    "migrations",
  ],
  html: ["markup", "attributes", "elements", "template", "stream", "page"],
  events: ["types", "context", "patterns", "run", "stream", "bus"],
  live: ["matching"],
  actions: ["contract", "context", "input", "reply", "crud", "routes", "call"],
}

/**
 * Doors with names of their own. `index.ts` is a folder's door for users, `internal.ts` its door for the other folders of src: `exports` does
 * not list it, so nothing outside of src imports it, and neither do the suites that others run against their own stores.
 */
const doors: readonly string[] = ["src/entity/store.ts"]

/**
 * Folders that enter rooms of another rather than its doors, which would load more: a compiler prints single elements, and highlighting
 * makes one of them.
 */
const mayEnterRooms: Readonly<Record<string, string>> = { compile: "html", highlight: "html" }

/** Code that the browser script shares with the server, where two copies could differ. Pure: no DOM, no Node. */
const browserMayImport: readonly string[] = ["src/shared/attribute-rules.ts"]

/** Packages that a folder may load with the file: they are dependencies of ours, so every user has them. */
const mayLoad: Readonly<Record<string, readonly string[]>> = {
  entity: ["zod"],
  actions: ["zod"],
  cqrs: ["zod"],
  testing: ["zod"],
  plugins: ["zod"],
  "client/browser": ["idiomorph"],
}

/** Folders whose files may load a package that the user has or has not: on use, with `import()`. */
const mayLoadOnUse: readonly string[] = [
  "stores",
  "buses",
  "jobs",
  "plugins",
  "adapters",
  "cli",
  "compile",
  "highlight",
]

const independent = new Set(["entity", "events", "html"])

/** Every breach of the rules as a sentence with file, line and what to do. */
export function breaches(files: readonly SourceFile[]): string[] {
  const edges = files.flatMap(edgesOf)
  return [
    ...edges.flatMap(checkEdge),
    ...circles(edges.map(({ from, to }) => [from, to])).map(
      circle =>
        `These files import each other in a circle: ${circle.join(" -> ")}. Move what they share into a file of its own.`,
    ),
    ...circles(edges.map(({ from, to }) => [folderOf(from), folderOf(to)])).map(
      circle =>
        `These folders import each other in a circle: ${circle.join(" -> ")}. Let the upper one hand down what the lower one needs.`,
    ),
    ...files.flatMap(checkPackages),
    ...files.flatMap(checkFile),
  ]
}

interface Edge {
  readonly from: string
  readonly to: string
  readonly line: number
}

function edgesOf(file: SourceFile): Edge[] {
  return importsOf(file).flatMap(({ specifier, line }) => {
    const to = resolveImport(file.path, specifier)
    return to ? [{ from: file.path, to, line }] : []
  })
}

/** `entity` of `src/entity/definition/fields.ts`, `index.ts` of `src/index.ts`. */
function folderOf(path: string): string {
  return path.split("/")[1] ?? ""
}

function checkEdge({ from, to, line }: Edge): string[] {
  const [folder, target] = [folderOf(from), folderOf(to)]
  if (!to.startsWith("src/"))
    return [`${from}:${line} imports ${to}, which does not ship. Sources import sources only.`]
  if (folder === target)
    return isBrowser(to) && !isBrowser(from)
      ? [browserBreach(from, line, to)]
      : checkRooms({ from, to, line })
  const allowed = mayImport[folder]
  if (!allowed) return []
  if (isBrowser(from) && browserMayImport.includes(to)) return []
  if (isBrowser(from))
    return [
      `${from}:${line} imports ${to}. The browser script imports nothing of ours: copy the few lines it needs, or pass them as data.`,
    ]
  if (isBrowser(to)) return [browserBreach(from, line, to)]
  if (isInternal(to) && folder === "testing")
    return [
      `${from}:${line} imports ${to}. The suites are for stores of others: they use public doors only.`,
    ]
  if (allowed.includes(target)) return checkEntry({ from, to, line })
  if (allowed.includes(to.slice("src/".length))) return []
  if (independent.has(folder) && independent.has(target)) {
    return [
      `${from}:${line} imports ${to}. entity, events and html never import each other, not even types: join them in actions or live, or move a small type to shared.`,
    ]
  }
  if (folder === "shared")
    return [
      `${from}:${line} imports ${to}. shared imports nothing of ours: move this file up, or what it needs down.`,
    ]
  return [
    `${from}:${line} imports ${to}. ${folder} may import only ${allowed.join(", ") || "nothing of ours"}: let a folder that may know both join them.`,
  ]
}

/** Checks that a file of another folder comes in by a door, if the folder has any. */
function checkEntry({ from, to, line }: Edge): string[] {
  const place = roomOf(to)
  if (place?.room === undefined || place.house === "stores/sql") return []
  if (mayEnterRooms[folderOf(from)] === place.house) return []
  if (folderOf(from) === "testing" && place.house === "events") return []
  return [
    `${from}:${line} imports ${to}, a room of ${place.house}. Use a door: index.ts, or internal.ts for what users have no use for.`,
  ]
}

/** The folder with rooms that holds a file, and its room there; undefined for a door. */
function roomOf(
  path: string,
): { readonly house: string; readonly room: string | undefined } | undefined {
  const house = Object.keys(rooms).find(folder => path.startsWith(`src/${folder}/`))
  if (house === undefined) return undefined
  const [room, ...rest] = path.slice(`src/${house}/`.length).split("/")
  return { house, room: rest.length === 0 ? undefined : room }
}

/** Whether a file is a folder's door that `exports` does not list. */
export function isInternal(path: string): boolean {
  return path.startsWith("src/") && path.endsWith("/internal.ts")
}

function isDoor(path: string): boolean {
  return path.endsWith("/index.ts") || isInternal(path) || doors.includes(path)
}

function checkRooms({ from, to, line }: Edge): string[] {
  if (isDoor(from) && isInternal(to))
    return [`${from}:${line} imports ${to}. A public door shows nothing of the internal one.`]
  const [importer, imported] = [roomOf(from), roomOf(to)]
  if (
    importer?.room === undefined ||
    importer.house !== imported?.house ||
    importer.room === imported.room
  )
    return []
  const { house, room } = importer
  const order = rooms[house] as readonly string[]
  const before = order.slice(0, Math.max(order.indexOf(room), 0))
  if (imported.room !== undefined && before.includes(imported.room)) return []
  const fix = "move what both need into an earlier room, or hand it down."
  if (imported.room === undefined) {
    return [`${from}:${line} imports ${to}. A room of ${house} imports no door of it: ${fix}`]
  }
  return [
    `${from}:${line} imports ${to}. The room ${room} of ${house} may import only ${before.join(", ") || "no other room"}: ${fix}`,
  ]
}

function isBrowser(path: string): boolean {
  return path.startsWith("src/client/browser/")
}

function browserBreach(from: string, line: number, to: string): string {
  return `${from}:${line} imports ${to}. The browser script is bundled by scripts/generate.mjs: import the generated file instead.`
}

const builtins = new Set(builtinModules)

function checkPackages(file: SourceFile): string[] {
  const folder = isBrowser(file.path) ? "client/browser" : folderOf(file.path)
  return importsOf(file).flatMap(({ specifier, line, kind }) => {
    if (specifier.startsWith(".")) return []
    const at = `${file.path}:${line} imports ${specifier}`
    if (specifier.startsWith("node:"))
      return isBrowser(file.path) ? [`${at}. The browser has no Node modules.`] : []
    const name = packageOf(specifier)
    if (builtins.has(name)) return [`${at}. Write node:${specifier}.`]
    if (name === "nitro-ts")
      return [
        `${at}. Sources import each other by relative path; the public name is for users, examples and tests.`,
      ]
    if (mayLoad[folder]?.includes(name)) return []
    if (!mayLoadOnUse.includes(folder)) {
      return [
        `${at}. Third-party packages appear only in ${mayLoadOnUse.join(", ")}; exceptions are listed in test/support/boundaries.ts (mayLoad).`,
      ]
    }
    if (kind === "lazy") return []
    if (kind === "type")
      return [
        `${at} as a type. The user may not have ${name}, and then our types break: describe the part you need as an interface.`,
      ]
    return [
      `${at} with the file. The user may not have ${name}: load it on use with import(), and say how to install it when that fails.`,
    ]
  })
}

function checkFile(file: SourceFile): string[] {
  const found: string[] = []
  const name = file.path.split("/").at(-1) ?? ""
  const folder = folderOf(file.path)
  if (!mayImport[folder]) {
    found.push(
      `${file.path} is in a folder without a rule. Add ${folder} to mayImport in test/support/boundaries.ts, with the decision behind it.`,
    )
  }
  const place = roomOf(file.path)
  if (place?.room !== undefined && !rooms[place.house]?.includes(place.room)) {
    found.push(
      `${file.path} is in a room without a rule. Add ${place.room} to the rooms of ${place.house} in test/support/boundaries.ts.`,
    )
  }
  if (!/^(\/\/|\/\*)/.test(file.text))
    found.push(
      `${file.path} does not begin with a comment. Say in the first line what the file is about.`,
    )
  if (!/^[a-z0-9]+([.-][a-z0-9]+)*\.tsx?$/.test(name))
    found.push(`${file.path} is not named in kebab-case.`)
  const source = parse(file)
  const { statements } = source
  const onlyPassesOn =
    statements.length > 0 &&
    statements.every(statement => ts.isExportDeclaration(statement) && statement.moduleSpecifier)
  if (onlyPassesOn && name !== "index.ts" && !isDoor(file.path))
    found.push(
      `${file.path} only passes on other files. Only a folder's doors, index.ts and internal.ts, may: import from the files themselves.`,
    )
  const decorated = findNode(source, ts.isDecorator)
  if (decorated) {
    const { line } = source.getLineAndCharacterOfPosition(decorated.getStart())
    found.push(
      `${file.path}:${line + 1} uses a decorator. Core sources use none: several tools cannot compile them. Use the decorator-free twin.`,
    )
  }
  return found
}

function findNode(node: ts.Node, matches: (node: ts.Node) => boolean): ts.Node | undefined {
  return matches(node) ? node : ts.forEachChild(node, child => findNode(child, matches))
}

/** One example of each group of nodes that reach themselves: `["a", "b", "a"]`. An edge from a node to itself is none. */
export function circles(edges: readonly (readonly [from: string, to: string])[]): string[][] {
  const next = new Map<string, Set<string>>()
  for (const [from, to] of edges)
    if (from !== to) next.set(from, (next.get(from) ?? new Set()).add(to))
  const found: string[][] = []
  const done = new Set<string>()
  const walk = (node: string, path: string[]): void => {
    const at = path.indexOf(node)
    if (at >= 0) found.push([...path.slice(at), node])
    if (at >= 0 || done.has(node)) return
    for (const target of next.get(node) ?? []) walk(target, [...path, node])
    done.add(node)
  }
  for (const node of next.keys()) walk(node, [])
  return found
}
