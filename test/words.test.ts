// A word has one meaning: names with a word in another meaning, or with a word that the project does not use, are refused.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { root, shippedSources } from "./support/imports.ts"
import { breaksRule, declaredNames, partsOf, type WordRule, wordRules } from "./support/words.ts"

const names = shippedSources()
  .filter(({ path }) => !path.includes(".gen."))
  .flatMap(declaredNames)

it("gives each word one meaning in names", () => {
  const faults = wordRules.flatMap(rule =>
    names
      .filter(name => breaksRule(rule, name))
      .map(({ path, line, name }) => `${path}:${line} ${name}: write ${rule.write}`),
  )
  expect(faults).toEqual([])
})

it("excepts no folder and no name without need", () => {
  const without = (rule: WordRule, exception: string): WordRule => ({
    ...rule,
    meant: rule.meant?.filter(folder => folder !== exception) ?? [],
    names: rule.names?.filter(name => name !== exception) ?? [],
  })
  const idle = wordRules.flatMap(rule =>
    [...(rule.meant ?? []), ...(rule.names ?? [])].filter(
      exception => !names.some(name => breaksRule(without(rule, exception), name)),
    ),
  )
  expect(idle).toEqual([])
})

it("explains each word in the decision on words", () => {
  const decision = readFileSync(join(root, "docs/decisions/055-words.md"), "utf8")
  for (const { words } of wordRules) expect(decision).toMatch(new RegExp(`\\b${words[0]}\\b`))
})

function faultsOf(path: string, text: string): string[] {
  return declaredNames({ path, text })
    .filter(name => wordRules.some(rule => breaksRule(rule, name)))
    .map(({ line, name }) => `${line} ${name}`)
}

it("finds a word in another meaning, in each kind of name", () => {
  const text = [
    "export class Reply { #answerOf(asked: string): void {} }",
    "interface SchemaChange { readonly session: string }",
    "const { scope: told } = { announce: 1 }",
    "export const callSite = (change: number) => ({ callback: change, task: 1, exchange: 2 })",
  ].join("\n")
  expect(faultsOf("src/stores/made-up.ts", text)).toEqual([
    "1 #answerOf",
    "1 asked",
    "2 SchemaChange",
    "2 session",
    "3 told",
    "3 announce",
  ])
})

it("allows a word where it has its meaning", () => {
  const text = "interface RowChange { readonly scope: string; readonly session: string }"
  expect(faultsOf("src/entity/made-up.ts", text)).toEqual([])
  expect(faultsOf("src/cqrs/made-up.ts", "const ask = 1")).toEqual([])
})

it("splits names into their parts", () => {
  expect(partsOf("#idOfSQLChange")).toEqual(["id", "of", "sql", "change"])
  expect(partsOf("NITRO_SCOPE")).toEqual(["nitro", "scope"])
})
