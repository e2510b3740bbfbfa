import * as fc from "fast-check"
import { afterAll, expect, it } from "vitest"
import { clearSignals, mergePatch, signals, snapshot } from "../store.ts"
import { expression, prepareEvaluator } from "./index.ts"

afterAll(() => prepareEvaluator("compile"))

/** Random source text of the subset, without a thought for what it means: types mix, operators nest. */
const { source } = fc.letrec<{ source: string; atom: string }>(tie => ({
  atom: fc.oneof(
    fc.constantFrom(
      "$a",
      "$b",
      "$list",
      "$user.name",
      "$user.tags[0]",
      "$missing",
      "null",
      "true",
      "undefined",
      "NaN",
      "el.id",
    ),
    fc.integer({ min: 0, max: 9 }).map(String),
    fc
      .string({ maxLength: 4 })
      .map(
        text =>
          `'${JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"')}'`,
      ),
    fc.constantFrom(
      "`t${$a}u`",
      "`$a`",
      "/b/.test($user.name)",
      "[...$list, 4]",
      "({ k: $a })",
      "(x => x + $b)(1)",
    ),
  ),
  source: fc.oneof(
    { maxDepth: 4 },
    tie("atom"),
    fc
      .tuple(
        tie("source"),
        fc.constantFrom(
          "+",
          "-",
          "*",
          "/",
          "%",
          "===",
          "!=",
          "==",
          "<",
          ">=",
          "&&",
          "||",
          "|",
          "^",
          "&",
          "<<",
          ">>>",
          ",",
        ),
        tie("source"),
      )
      .map(([a, op, b]) => `${a} ${op} ${b}`),
    fc.tuple(tie("source"), tie("source")).map(([a, b]) => `((${a}) ?? (${b}))`),
    fc.tuple(tie("source"), tie("source")).map(([a, b]) => `((${a}) ** (${b}))`),
    fc
      .tuple(tie("source"), tie("source"), tie("source"))
      .map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    tie("source").map(a => `(${a})`),
    tie("source").map(a => `!(${a})`),
    tie("source").map(a => `-(${a})`),
    tie("source").map(a => `typeof (${a})`),
    tie("source").map(a => `\`<\${${a}}>\``),
    tie("source").map(a => `[${a}].length`),
    tie("source").map(a => `(${a})?.length`),
    tie("source").map(a => `($a = ${a.replaceAll(",", ";").includes(";") ? "1" : a})`),
    fc.constantFrom("$a++", "--$b", "$a += 2", "$list.push($a)", "($user.name ||= 'x')"),
  ),
}))

function run(text: string): unknown {
  clearSignals()
  mergePatch({ a: 3, b: "7", list: [1, 2], user: { name: "bob", tags: ["t"] } })
  const el = document.createElement("p")
  el.id = "e"
  try {
    return {
      value: String(
        JSON.stringify(snapshot(expression(text, true)({ el, action: () => () => undefined }))),
      ),
      signals: snapshot(signals()),
    }
  } catch (error) {
    return error instanceof Error && "code" in error
      ? "syntax"
      : { thrown: true, signals: snapshot(signals()) }
  }
}

it("the interpreter does what the browser does, for any expression of the subset", async () => {
  const texts = fc.sample(source, 3000)
  await prepareEvaluator("compile")
  const expected = texts.map(run)
  expect(expected.filter(result => typeof result === "object").length).toBeGreaterThan(2500)
  await prepareEvaluator("interpret")
  for (const [index, text] of texts.entries()) expect(run(text), text).toEqual(expected[index])
})
