// The docs are true: every TypeScript block compiles against the public subpaths, links resolve, sources are the real ones.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { filesBelow, root, type SourceFile } from "./support/imports.ts"
import { anchorsOf, codeBlocks, linksOf, sourceLines } from "./support/markdown.ts"
import { isProgram, type PageFile, pageFiles } from "./support/page-files.ts"

const folder = "test/.output/docs"

const pages: SourceFile[] = [
  ...["README.md", "AGENTS.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(path => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
  })),
  ...filesBelow("docs", /\.md$/),
]

/** The reader of any page has been through getting started, and has its files. */
const gettingStarted = "docs/guide/getting-started.md"
const startedWith = pageFiles(gettingStarted, readFileSync(join(root, gettingStarted), "utf8"))

afterAll(() => rmSync(join(root, folder), { recursive: true, force: true }))

it("compiles every TypeScript block against the public subpaths", () => {
  expect(pages.flatMap(({ path, text }) => pageFiles(path, text)).length).toBeGreaterThan(0)
  expect(compile(pages)).toEqual([])
}, 120_000)

it("names a database file on one page only, so that no page meets the tables of another", () => {
  const users = new Map<string, Set<string>>()
  for (const { path, text } of pages)
    for (const { text: code } of pageFiles(path, text))
      for (const [, file = ""] of code.matchAll(/\b(?:sqlite|memory)\((?:\{ file: )?"([^":]+)"/g))
        users.set(file, (users.get(file) ?? new Set()).add(path))
  expect([...users].filter(([, paths]) => paths.size > 1)).toEqual([])
  expect(users.size).toBeGreaterThan(3)
})

it("gives every value that a block uses, so that each block can be run", () => {
  const promised = pages.flatMap(({ path, text }) =>
    pageFiles(path, text).flatMap(({ text: code, block }) =>
      [...code.matchAll(/^\s*declare (?:const|let|function|class) \w+/gm)].map(
        ([found]) => `${path}:${block.line} only promises: ${found.trim()}`,
      ),
    ),
  )
  expect(promised).toEqual([])
})

it("names a block of tests as vitest finds it: run by itself it only fails", () => {
  const tests = pages
    .flatMap(({ path, text }) => pageFiles(path, text))
    .filter(({ text }) => /\bfrom "vitest"/.test(text))
  expect(tests.length).toBeGreaterThan(1)
  const misnamed = tests.filter(({ name }) => !/\.test\.tsx?$/.test(name))
  expect(misnamed.map(({ block }) => `${block.path}:${block.line}`)).toEqual([])
})

it("shows sources as they are", () => {
  const stale = pages
    .flatMap(({ path, text }) => codeBlocks(path, text))
    .filter(block => block.source && sourceLines(block.source).join("\n") !== block.code)
  expect(
    stale.map(
      ({ path, line, source }) => `${path}:${line} differs from ${source}. Run: npm run docs`,
    ),
  ).toEqual([])
})

it("shows the whole todo app in the README", () => {
  const shown = codeBlocks("README.md", pages[0]?.text ?? "").map(block => block.source)
  expect(shown).toContain("examples/todo/app.tsx")
})

it("has no relative link that leads nowhere", () => {
  expect(pages.flatMap(deadLinks)).toEqual([])
})

it("finds what is wrong, where it is", () => {
  const page = [
    "Text.",
    "",
    "<!-- prelude",
    "const base = 2",
    "-->",
    "```ts",
    "const fine: number = base",
    'const wrong: number = "text"',
    "```",
  ]
  const example = { path: "docs/example.md", text: page.join("\n") }
  expect(codeBlocks(example.path, example.text)).toEqual([
    expect.objectContaining({ line: 7, prelude: "const base = 2", language: "ts" }),
  ])
  expect(compile([example])).toEqual([
    expect.stringMatching(
      /^docs\/example\.md:8 .*Type 'string' is not assignable to type 'number'/,
    ),
  ])
  expect(
    deadLinks({
      path: "docs/example.md",
      text: "[a](nowhere.md) `[b](code.md)` [c](../README.md) [d](#no-such-heading)",
    }),
  ).toEqual([
    "docs/example.md:1 links to nowhere.md, which is not there.",
    "docs/example.md:1 links to #no-such-heading, which is no heading of docs/example.md.",
  ])
}, 120_000)

/**
 * Type-checks the blocks of pages in one run, each as a module of its own. Those of a page share a folder, and may import each
 * other. Failures name the page and the line of the page.
 */
function compile(pages: readonly SourceFile[]): string[] {
  rmSync(join(root, folder), { recursive: true, force: true })
  const places = new Map<string, PageFile>()
  for (const { path, text } of pages) {
    for (const file of [...startedWith, ...pageFiles(path, text)].filter(isProgram)) {
      const at = join(folder, path.replaceAll(/\W/g, "-"), file.name)
      mkdirSync(dirname(join(root, at)), { recursive: true })
      writeFileSync(join(root, at), file.text)
      places.set(at, file)
    }
  }
  const options = { noUnusedLocals: false, noUnusedParameters: false }
  writeFileSync(
    join(root, folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../tsconfig.json",
      compilerOptions: options,
      include: ["**/*.ts", "**/*.tsx"],
      exclude: [],
    }),
  )
  const tsc = join(root, "node_modules/typescript7/bin/tsc")
  const { stdout, status } = spawnSync(
    process.execPath,
    [tsc, "-p", join(folder, "tsconfig.json"), "--pretty", "false"],
    {
      cwd: root,
      encoding: "utf8",
    },
  )
  if (status === 0) return []
  const found = stdout.split("\n").filter(line => /^\S.*: error /.test(line))
  return found.map(line => inPage(line, places))
}

/** `test/.output/docs/page/block.tsx(7,5): error TS1: text` as a place in the page. Errors of the sources stay as they are. */
function inPage(line: string, places: ReadonlyMap<string, PageFile>): string {
  const match = /^(test\/\.output\/docs\/\S+)\((\d+),\d+\): error (.*)$/.exec(line)
  const place = match && places.get(match[1] ?? "")
  if (!match || !place) return line
  const at = Number(match[2]) - place.linesBefore
  const { path, line: first } = place.block
  return at < 1
    ? `${path}:${first} (its prelude) ${match[3]}`
    : `${path}:${first + at - 1} ${match[3]}`
}

function deadLinks({ path, text }: SourceFile): string[] {
  return linksOf(text).flatMap(({ line, target }) => {
    if (/^[a-z]+:/.test(target)) return []
    const [file = "", anchor] = target.split("#")
    const to = file === "" ? path : join(dirname(path), file)
    if (!existsSync(join(root, to)) && file !== "")
      return [`${path}:${line} links to ${target}, which is not there.`]
    if (!anchor || !to.endsWith(".md")) return []
    const anchors = anchorsOf(file === "" ? text : readFileSync(join(root, to), "utf8"))
    return anchors.has(anchor)
      ? []
      : [`${path}:${line} links to ${target}, which is no heading of ${to}.`]
  })
}
