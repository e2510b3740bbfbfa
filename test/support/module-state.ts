// Finds the variables of modules that can change: what all apps of a process share.
import ts from "typescript"
import { parse, type SourceFile } from "./imports.ts"

const changingMethods: ReadonlySet<string> = new Set([
  "set",
  "add",
  "delete",
  "clear",
  "push",
  "pop",
  "shift",
  "unshift",
  "splice",
  "register",
])
/** A class by which something is made once and never changed. */
const constantClasses: ReadonlySet<string> = new Set([
  "RegExp",
  "TextEncoder",
  "TextDecoder",
  "URL",
  "Error",
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "Uint8Array",
])
/**
 * Need no reason: what is kept under an object lives as long as that, a variable of an async context belongs to what runs in it, and a
 * diagnostics channel is the process's by its name.
 */
const harmlessClasses: ReadonlySet<string> = new Set([
  "WeakMap",
  "WeakSet",
  "FinalizationRegistry",
  "AsyncVariable",
  "AsyncLocalStorage",
  "Trace",
])

/** `path: name` of each: assigned again, changed by its own file, or an instance of a class that may change. */
export function moduleState(files: readonly SourceFile[]): string[] {
  return files.flatMap(file => {
    const source = parse(file)
    const changed = changedNames(source)
    const byClass = assignedByClasses(source)
    return source.statements.flatMap(statement => {
      if (!ts.isVariableStatement(statement)) return []
      const isConstant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0
      return statement.declarationList.declarations.flatMap(({ name, initializer }) => {
        if (!ts.isIdentifier(name)) return []
        const made = madeBy(initializer)
        if (isConstant && made !== undefined && harmlessClasses.has(made)) return []
        // Functions that a class hands out to its file, by which others of the file reach its private members.
        if (!isConstant && initializer === undefined && byClass.has(name.text)) return []
        const isInstance = made !== undefined && !constantClasses.has(made)
        const mayChange = !isConstant || changed.has(name.text) || isInstance
        return mayChange ? [`${file.path}: ${name.text}`] : []
      })
    })
  })
}

/** The class of which it is a new instance, if any. */
function madeBy(initializer: ts.Expression | undefined): string | undefined {
  if (initializer === undefined || !ts.isNewExpression(initializer)) return undefined
  const { expression } = initializer
  return ts.isIdentifier(expression) ? expression.text : ""
}

/** Names that the static block of a class assigns. */
function assignedByClasses(source: ts.SourceFile): Set<string> {
  const found = new Set<string>()
  const visit = (node: ts.Node, isWithin: boolean): void => {
    const isInside = isWithin || ts.isClassStaticBlockDeclaration(node)
    if (isInside && ts.isBinaryExpression(node) && ts.isIdentifier(node.left))
      found.add(node.left.text)
    ts.forEachChild(node, child => visit(child, isInside))
  }
  visit(source, false)
  return found
}

/** Names on which a file calls a method that changes them, or whose members it assigns or deletes. */
function changedNames(source: ts.SourceFile): Set<string> {
  const found = new Set<string>()
  const note = (target: ts.Expression): void => {
    const isMember = ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)
    if (isMember && ts.isIdentifier(target.expression)) found.add(target.expression.text)
  }
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      changingMethods.has(node.expression.name.text)
    )
      note(node.expression)
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) note(node.left)
    if (ts.isDeleteExpression(node)) note(node.expression)
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) note(node.operand)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
