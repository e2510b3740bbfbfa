// One meaning per word: finds declared names with a word that means something else in their folder, or that is not used at all.
import ts from "typescript"
import { parse, type SourceFile } from "./imports.ts"

export interface WordRule {
  /** Parts of names in camel case, in lower case. */
  readonly words: readonly string[]
  /** Instead of it, in folders where the word does not have its meaning. */
  readonly write: string
  /** Folders and files where the word has its meaning. Default: none, so that no name has it. */
  readonly meant?: readonly string[]
  /** Names with another owner: HTML, JavaScript, or a public name that users would have to change. */
  readonly names?: readonly string[]
  /** Applies to names of classes, interfaces and types alone: as a verb and as a plain noun the word is English. */
  readonly typesOnly?: boolean
}

/** The part of the decision on words that names can break. */
export const wordRules: readonly WordRule[] = [
  {
    words: ["answer", "answers", "answered", "answering", "answerable"],
    write: "respond, response",
    // `IdempotentAnswer` and its column: another name would be a migration of each application.
    meant: ["src/actions/routes/idempotency-records.ts", "src/actions/routes/idempotency.ts"],
  },
  {
    words: ["ask", "asks", "asked", "asking", "asker", "unasked"],
    write: "request, read; a viewer",
    // A query is asked, as a command is executed.
    meant: ["src/cqrs"],
  },
  {
    words: ["tell", "tells", "told", "hear", "hears", "heard"],
    write: "notify, publish, receive",
  },
  {
    words: ["announce", "announces", "announced", "announcement", "announcements"],
    write: "publish; dispatch for events of the DOM",
    // The capability of a store, which its authors write.
    names: ["announces"],
  },
  {
    words: ["session", "sessions"],
    write: "connection of a database, stream of a page",
    meant: [
      "src/actions",
      "src/adapters",
      "src/app",
      "src/entity",
      "src/live/sharing.ts",
      "src/testing",
    ],
    names: ["withSession"],
  },
  {
    words: ["scope", "scopes", "scoped", "unscoped"],
    write: "environment of names, emission, active handlers",
    meant: ["src/entity", "src/adapters", "src/live", "src/testing"],
    // The attribute of a table's cell, and the member of an import map.
    names: ["scope", "scopes"],
  },
  {
    words: ["change", "changes"],
    write: "difference of schemas, update of a list",
    meant: ["src/entity", "src/events/bus", "src/live"],
    typesOnly: true,
  },
  {
    words: ["call", "calls"],
    write: "run of a handler",
    meant: ["src/actions", "src/components", "src/html"],
    // A node of a syntax tree.
    names: ["CallNode"],
    typesOnly: true,
  },
]

/** A declared name, with its parts in lower case. */
export interface DeclaredName {
  readonly path: string
  /** 1-based. */
  readonly line: number
  readonly name: string
  readonly parts: readonly string[]
  /** Of a class, an interface or a type. */
  readonly isType: boolean
}

export function declaredNames(file: SourceFile): DeclaredName[] {
  const tree = parse(file)
  const names: DeclaredName[] = []
  const visit = (node: ts.Node): void => {
    const name = nameOf(node)
    if (name !== undefined)
      names.push({
        path: file.path,
        line: tree.getLineAndCharacterOfPosition(name.getStart(tree)).line + 1,
        name: name.text,
        parts: partsOf(name.text),
        isType: declaresType(node),
      })
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}

export function breaksRule(rule: WordRule, { path, name, parts, isType }: DeclaredName): boolean {
  if (rule.typesOnly && !isType) return false
  if (!parts.some(part => rule.words.includes(part))) return false
  if (rule.names?.includes(name)) return false
  return !rule.meant?.some(folder => path === folder || path.startsWith(`${folder}/`))
}

/** `#idOfChange` has the parts `id`, `of` and `change`. */
export function partsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(part => part !== "")
}

function declaresType(node: ts.Node): boolean {
  return (
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  )
}

function nameOf(node: ts.Node): ts.Identifier | ts.PrivateIdentifier | undefined {
  const declares =
    declaresType(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isGetAccessor(node) ||
    ts.isSetAccessor(node)
  if (!declares) return undefined
  const { name } = node as ts.NamedDeclaration
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? name : undefined
}
