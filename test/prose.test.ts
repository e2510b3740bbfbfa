// The prose of sources and pages gets no worse: turns of phrase that the project avoids are counted, and a count may only fall.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { root } from "./support/imports.ts"
import { countProse, proseFaults, proseFiles } from "./support/prose.ts"

const table = "test/fixtures/prose-counts.json"
const allowed: ReturnType<typeof countProse> = JSON.parse(readFileSync(join(root, table), "utf8"))
const counts = countProse(proseFiles().flatMap(proseFaults))

/** Folder and kind with the allowed and the present count, where `differs`. */
function changes(differs: (now: number, before: number) => boolean): string[] {
  return [...new Set([...Object.keys(allowed), ...Object.keys(counts)])].flatMap(folder =>
    (["opening", "people", "word", "answer", "name"] as const).flatMap(kind => {
      const now = counts[folder]?.[kind] ?? 0
      const before = allowed[folder]?.[kind] ?? 0
      return differs(now, before) ? [`${folder}: ${now} of "${kind}" instead of ${before}`] : []
    }),
  )
}

it("adds no turn of phrase that the project avoids", () => {
  expect(
    changes((now, before) => now > before),
    "Show them: npm run -s prose -- --list FOLDER",
  ).toEqual([])
})

it("keeps the table as low as the counts", () => {
  expect(
    changes((now, before) => now < before),
    `Lower ${table}: npm run -s prose -- --lower`,
  ).toEqual([])
})

it("finds each turn of phrase in comments, texts and names of a source", () => {
  const text = [
    "// What a page sends.",
    "/** Returns it. Who is told of it: nobody. */",
    "export function given(found: string): string {",
    "  // Why not? Which one is it?",
    '  const what = "is asked"',
    "  return `A store answers $" + "{found} by itself.`",
    "}",
  ].join("\n")
  const faults = proseFaults({ path: "src/made-up/file.ts", text })
  expect(faults.map(({ line, kind }) => `${line} ${kind}`)).toEqual([
    "1 opening",
    "2 opening",
    "2 people",
    "2 word",
    "3 name",
    "3 name",
    "5 word",
    "6 answer",
    "6 word",
  ])
})

it("finds them in the text of a page, not in its code", () => {
  const text = ["# Who", "", "```ts", "nobody", "```", "- Whose `answer` it is.", "", "It hears."]
  const faults = proseFaults({ path: "docs/guide/made-up.md", text: text.join("\n") })
  expect(faults.map(({ line, kind }) => `${line} ${kind}`)).toEqual(["6 opening", "8 word"])
})
