// Reads from the sources which error codes are registered and which are thrown, and writes the reference page of them.
import ts from "typescript"

export interface RegisteredCode {
  readonly code: string
  /** Undefined for what happens in the page: nobody answers a request with it. */
  readonly status: number | undefined
  /** Whether a client is shown the text. */
  readonly forClients: boolean
  readonly when: string
  readonly fix: string
  /** Where it is registered: `src/entity/contract/errors.ts`. */
  readonly path: string
}

export interface ErrorCodes {
  readonly registered: readonly RegisteredCode[]
  /** Codes that a source names other than to register or to compare, with the first place. */
  readonly thrown: ReadonlyMap<string, string>
  /** What cannot be read: registers that are no plain data, codes put together at run time. */
  readonly unreadable: readonly string[]
}

const codePattern = /^NITRO_[A-Z0-9_]+$/

export function readErrorCodes(
  files: readonly { readonly path: string; readonly text: string }[],
): ErrorCodes {
  const registered: RegisteredCode[] = []
  const thrown = new Map<string, string>()
  const unreadable: string[] = []
  for (const { path, text } of files) {
    const source = ts.createSourceFile(
      path,
      text,
      ts.ScriptTarget.ES2023,
      true,
      path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
    )
    const at = (node: ts.Node): string =>
      `${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    const visit = (node: ts.Node): void => {
      if (
        ts.isCallExpression(node) &&
        ts.isIdentifier(node.expression) &&
        node.expression.text === "registerErrors"
      ) {
        const entries = readRegister(node.arguments[0], path)
        if (entries) registered.push(...entries)
        else
          unreadable.push(
            `${at(node)} registers errors that are no plain data. Write { NITRO_CODE: { status, when, fix } } with literals.`,
          )
        return
      }
      const kind = isBrowser(path) ? clientErrorKind(node) : undefined
      if (kind && !thrown.has(`${clientPrefix}${kind}`))
        thrown.set(`${clientPrefix}${kind}`, at(node))
      if (
        ts.isTemplateExpression(node) &&
        node.head.text.startsWith("NITRO_") &&
        !(isBrowser(path) && node.head.text === clientPrefix)
      ) {
        unreadable.push(
          `${at(node)} puts an error code together. Write codes in full, so that a search for one finds it.`,
        )
      }
      if (
        ts.isStringLiteralLike(node) &&
        codePattern.test(node.text) &&
        !isOnlyCompared(node) &&
        !thrown.has(node.text)
      ) {
        thrown.set(node.text, at(node))
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return { registered: registered.sort((a, b) => (a.code < b.code ? -1 : 1)), thrown, unreadable }
}

const clientPrefix = "NITRO_CLIENT_"

function isBrowser(path: string): boolean {
  return path.startsWith("src/client/browser/")
}

/** The kind in `new ClientError("PATCH", ...)` and `report("PATCH", ...)`: the browser script spells only that part of its codes. */
function clientErrorKind(node: ts.Node): string | undefined {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined
  const { expression, arguments: given } = node
  const names =
    ts.isIdentifier(expression) &&
    expression.text === (ts.isNewExpression(node) ? "ClientError" : "report")
  const kind = given?.[0]
  return names && kind && ts.isStringLiteralLike(kind) ? kind.text : undefined
}

function readRegister(node: ts.Expression | undefined, path: string): RegisteredCode[] | undefined {
  if (!node || !ts.isObjectLiteralExpression(node)) return undefined
  const entries: RegisteredCode[] = []
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isObjectLiteralExpression(property.initializer))
      return undefined
    const fields = new Map(
      property.initializer.properties.map(field => [field.name?.getText() ?? "", literal(field)]),
    )
    const [status, audience, when, fix] = ["status", "audience", "when", "fix"].map(name =>
      fields.get(name),
    )
    if (typeof status !== "number" || typeof when !== "string" || typeof fix !== "string")
      return undefined
    entries.push({
      code: property.name.getText().replaceAll('"', ""),
      status,
      forClients: audience === "client",
      when,
      fix,
      path,
    })
  }
  return entries
}

function literal(field: ts.ObjectLiteralElementLike): string | number | undefined {
  return ts.isPropertyAssignment(field) ? constantOf(field.initializer) : undefined
}

function constantOf(node: ts.Expression): string | number | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isNumericLiteral(node)) return Number(node.text)
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken)
    return undefined
  const [left, right] = [constantOf(node.left), constantOf(node.right)]
  return typeof left === "string" && typeof right === "string" ? left + right : undefined
}

const comparisons = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
])

/** Variables of the environment that a message names. */
const environment: ReadonlySet<string> = new Set(["NITRO_DATABASE_URL"])

/** `error.code === "NITRO_X"`, a `case`, a type, or a variable of the environment: none of them throws. */
function isOnlyCompared(node: ts.StringLiteralLike): boolean {
  const { parent } = node
  if (environment.has(node.text)) return true
  if (ts.isBinaryExpression(parent)) return comparisons.has(parent.operatorToken.kind)
  return (
    ts.isCaseClause(parent) || ts.isLiteralTypeNode(parent) || ts.isElementAccessExpression(parent)
  )
}

/** The text of docs/reference/errors.md. */
export function errorsPage(registered: readonly RegisteredCode[]): string {
  const modules = [...new Set(registered.map(moduleOf))].sort()
  const sections = modules.map(name => {
    const entries = registered
      .filter(entry => moduleOf(entry) === name)
      .map(({ code, status, forClients, when, fix }) => {
        const where =
          status === undefined
            ? "In the browser's console."
            : `HTTP status ${status}${forClients ? ", shown to clients" : ""}.`
        return `### ${code}\n\n${where} ${when}\n\n${fix ? `**What to do:** ${fix}\n` : ""}`
      })
    return `## ${name}\n\n${entries.join("\n")}`
  })
  return `<!-- Generated from the sources by \`npm run docs\`. Do not edit. -->
# Errors

Every error of the library is a \`NitroError\`: \`message\` says what happened and why, \`fix\` what to do, \`code\` never
changes, \`status\` is the HTTP status that a request is answered with, \`details\` holds names and values for programs.
A client sees message and details of the codes that are marked so. Every other error answers 500, or its own status from 500
on, with one fixed sentence; its text goes to the log.

${sections.join("\n")}`
}

function moduleOf({ path }: RegisteredCode): string {
  return path.split("/")[1] ?? path
}
