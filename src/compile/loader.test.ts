// Node with `--import nitro-ts/loader`: alone, together with tsx in both orders, for plain JavaScript, and without esbuild.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { root } from "../../test/support/imports.ts"
import { type Findings, main, type Project, page, places, project, view } from "./support/project.ts"

const loader = "--import=nitro-ts/loader"
const tsx = `--import=${join(root, "node_modules/tsx/dist/loader.mjs")}`

let app: Project
beforeAll(() => {
  app = project({ "main.tsx": main, "view.tsx": view, "plain.mjs": plain, "broken.tsx": "const a = <br/>\nconst = 1\n" })
}, 120_000)
afterAll(() => app.clean())

const plain = `import { div } from "nitro-ts/html"
const view = title => div({ class: "x" }, title)
console.log(view.toString().includes("$html"), String(view("<a>")))
`

function run(file: string, ...flags: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [...flags, file], { cwd: app.path, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } })
}

function findings(...flags: string[]): Findings {
  const { stdout, stderr, status } = run("main.tsx", ...flags)
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
