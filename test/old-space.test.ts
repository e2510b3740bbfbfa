// V8 makes a function that is assigned to a property in its old space, with all that it holds: never for each request.
import ts from "typescript"
import { expect, it } from "vitest"
import { shippedSources } from "./support/imports.ts"

/** Where this happens once for a process or a class. */
const once: readonly string[] = [
  "src/entity/binding/indexed-rows.ts",
  "src/entity/memory/table.ts",
  "src/shared/module-evaluation.ts",
]

const isFunction = (node: ts.Expression): boolean =>
  ts.isParenthesizedExpression(node)
    ? isFunction(node.expression)
    : ts.isArrowFunction(node) || ts.isFunctionExpression(node)

const assignments: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
])

function functionsBehindProperties({ path, text }: { path: string; text: string }): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const lines: string[] = []
  const visit = (node: ts.Node): void => {
    if (
      ts.isBinaryExpression(node) &&
      assignments.has(node.operatorToken.kind) &&
      (ts.isPropertyAccessExpression(node.left) || ts.isElementAccessExpression(node.left)) &&
      isFunction(node.right)
    )
      lines.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`)
    node.forEachChild(visit)
  }
  visit(source)
  return lines
}

const sources = shippedSources().filter(
  ({ path }) => !path.includes(".gen.") && !path.startsWith("src/client/"),
)

it("assigns a function to a property only where that happens once", () => {
  const found = sources
    .filter(({ path }) => !once.includes(path))
    .flatMap(functionsBehindProperties)
  expect(found).toEqual([])
})

it("excepts no file without need", () => {
  const idle = once.filter(
    path => !sources.some(each => each.path === path && functionsBehindProperties(each).length > 0),
  )
  expect(idle).toEqual([])
})

it("finds each spelling", () => {
  const text = [
    "a.b = () => 1",
    "this.#c = async x => x",
    'a["d"] ??= function () {}',
    "const e = () => 1; a.f = e",
    "a.g = (h => h)",
  ].join("\n")
  expect(functionsBehindProperties({ path: "x.ts", text })).toEqual([
    "x.ts:1",
    "x.ts:2",
    "x.ts:3",
    "x.ts:5",
  ])
})
