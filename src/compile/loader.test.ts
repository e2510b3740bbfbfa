// Node with `--import nitro-ts/loader`: alone, together with tsx in both orders, for plain JavaScript, and without esbuild.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { root } from "../../test/support/imports.ts"
import {
  type Findings,
  main,
  type Project,
  page,
  places,
  project,
  view,
} from "./support/project.ts"

const loader = "--import=nitro-ts/loader"
const tsx = `--import=${join(root, "node_modules/tsx/dist/loader.mjs")}`

let app: Project
beforeAll(() => {
  app = project({
    "main.tsx": main,
    "view.tsx": view,
    "plain.mjs": plain,
    "broken.tsx": "const a = <br/>\nconst = 1\n",
  })
}, 120_000)
afterAll(() => app.clean())

const plain = `import { div } from "nitro-ts/html"
const view = title => div({ class: "x" }, title)
console.log(view.toString().includes("$html"), String(view("<a>")))
`

function run(
  file: string,
  ...flags: string[]
): { stdout: string; stderr: string; status: number | null } {
  return runIn(app, file, ...flags)
}

function runIn(
  { path }: Project,
  file: string,
  ...flags: string[]
): { stdout: string; stderr: string; status: number | null } {
  const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", FORCE_COLOR: undefined }
  return spawnSync(process.execPath, [...flags, file], { cwd: path, encoding: "utf8", env })
}

function findings(...flags: string[]): Findings {
  return findingsIn(app, ...flags)
}

function findingsIn(where: Project, ...flags: string[]): Findings {
  const { stdout, stderr, status } = runIn(where, "main.tsx", ...flags)
  expect(stderr).toBe("")
  expect(status).toBe(0)
  return JSON.parse(stdout) as Findings
}

it("runs TypeScript and JSX, with errors at the lines and columns of the source", () => {
  expect(findings(loader)).toEqual({ page, isCompiled: true, ...places })
  expect(findings(loader, "--enable-source-maps")).toEqual({ page, isCompiled: true, ...places })
})

it("finds the same places as without it", () => {
  expect(findings(tsx)).toEqual({ page, isCompiled: false, ...places })
})

describe("with tsx", () => {
  it("compiles whichever is registered first", () => {
    expect(findings(loader, tsx)).toEqual({ page, isCompiled: true, ...places })
    expect(findings(tsx, loader)).toEqual({ page, isCompiled: true, ...places })
  })
})

it("compiles calls of tag functions in plain JavaScript", () => {
  expect(run("plain.mjs", loader).stdout).toBe('true <div class="x">&lt;a&gt;</div>\n')
})

it("leaves a syntax error to the tool that reports it", () => {
  expect(run("broken.tsx", loader).stderr).toMatch(/broken\.tsx:2:6: ERROR/)
})

describe("where packages are missing", () => {
  const files = { "main.tsx": main, "view.tsx": view, "plain.mjs": plain }

  it("says how to install the parser", () => {
    const bare = project(files, { isAlone: true })
    try {
      const { stderr, status } = runIn(bare, "plain.mjs", loader)
      expect(status).toBe(1)
      expect(stderr).toContain("Templates are compiled with oxc-parser, which is not installed.")
      expect(stderr).toContain("npm install --save-dev oxc-parser magic-string")
      expect(stderr).toContain("NITRO_COMPILE_PACKAGE")
    } finally {
      bare.clean()
    }
  })

  it("works without esbuild where tsx turns TypeScript into JavaScript, and says what is missing where nothing does", () => {
    const bare = project(files, { isAlone: true, packages: ["oxc-parser", "magic-string"] })
    try {
      expect(runIn(bare, "plain.mjs", loader).stdout).toContain("true <div")
      expect(findingsIn(bare, loader, tsx)).toEqual({ page, isCompiled: true, ...places })
      const { stderr } = runIn(bare, "main.tsx", loader)
      expect(stderr).toContain(
        "TypeScript and JSX are turned into JavaScript by esbuild, which is not installed.",
      )
      expect(stderr).toContain("npm install --save-dev esbuild")
    } finally {
      bare.clean()
    }
  })
})
