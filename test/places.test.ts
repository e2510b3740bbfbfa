// Finds a browser and Postgres where each platform puts them: on trees of empty files, as those machines have them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { findChromium, findPostgres, type Machine } from "../scripts/support/places.mjs"

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "nitro-places-"))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), "")
  }
}

/** A machine of this platform whose files lie below `root`, with nothing on the command path. */
const machine = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}): Required<Machine> => {
  return { platform, root, home: join(root, "home/ann"), env: { PATH: "", ...env } }
}
const windows = (): NodeJS.ProcessEnv => ({
  ProgramFiles: join(root, "Program Files"),
  LOCALAPPDATA: join(root, "Local"),
})

describe("a browser is found", () => {
  it.each<[string, NodeJS.Platform, string]>([
    ["from Debian", "linux", "usr/bin/chromium"],
    ["from Google's package, as in WSL", "linux", "opt/google/chrome/chrome"],
    ["from a snap", "linux", "snap/bin/chromium"],
    [
      "from Playwright on Linux",
      "linux",
      "home/ann/.cache/ms-playwright/chromium-1200/chrome-linux64/chrome",
    ],
    ["on macOS", "darwin", "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"],
    [
      "in the home of a Mac",
      "darwin",
      "home/ann/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    [
      "from Playwright on macOS",
      "darwin",
      "home/ann/Library/Caches/ms-playwright/chromium-1200/chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
    ],
    ["on Windows", "win32", "Program Files/Google/Chrome/Application/chrome.exe"],
    ["that comes with Windows", "win32", "Program Files/Microsoft/Edge/Application/msedge.exe"],
    [
      "from Playwright on Windows",
      "win32",
      "Local/ms-playwright/chromium-1200/chrome-win64/chrome.exe",
    ],
  ])("%s", (_, platform, path) => {
    expect(findChromium(machine(platform, windows()))).toBeUndefined()
    put(path)
    expect(findChromium(machine(platform, windows()))).toBe(join(root, path))
  })

  it("on the command path, as Homebrew puts it", () => {
    put("opt/homebrew/bin/chromium")
    expect(findChromium(machine("darwin", { PATH: join(root, "opt/homebrew/bin") }))).toBe(
      join(root, "opt/homebrew/bin/chromium"),
    )
  })

  it("by NITRO_CHROMIUM before all others, and not where that leads nowhere", () => {
    put("usr/bin/chromium", "mine/chrome")
    expect(findChromium(machine("linux", { NITRO_CHROMIUM: join(root, "mine/chrome") }))).toBe(
      join(root, "mine/chrome"),
    )
    expect(findChromium(machine("linux", { NITRO_CHROMIUM: join(root, "mine/none") }))).toBe(
      join(root, "usr/bin/chromium"),
    )
  })

  it("in the newest revision of Playwright's, also where PLAYWRIGHT_BROWSERS_PATH puts them", () => {
    put(
      ...["chromium-999", "chromium-1200", "chromium_headless_shell-1300"].map(
        name => `browsers/${name}/chrome-linux/chrome`,
      ),
    )
    const env = { PLAYWRIGHT_BROWSERS_PATH: join(root, "browsers") }
    expect(findChromium(machine("linux", env))).toBe(
      join(root, "browsers/chromium-1200/chrome-linux/chrome"),
    )
  })
})

describe("Postgres is found", () => {
  it.each<[string, NodeJS.Platform, string]>([
    ["from Debian, as in WSL", "linux", "usr/lib/postgresql/17/bin"],
    ["from the packages for Red Hat", "linux", "usr/pgsql-17/bin"],
    ["from Homebrew on Linux", "linux", "home/linuxbrew/.linuxbrew/opt/postgresql@17/bin"],
    ["from Homebrew on Apple silicon", "darwin", "opt/homebrew/opt/postgresql@17/bin"],
    ["from Homebrew on Intel", "darwin", "usr/local/opt/postgresql/bin"],
    ["in Postgres.app", "darwin", "Applications/Postgres.app/Contents/Versions/17/bin"],
    ["from the installer for macOS", "darwin", "Library/PostgreSQL/17/bin"],
    ["on Windows", "win32", "Program Files/PostgreSQL/17/bin"],
  ])("%s", (_, platform, folder) => {
    const end = platform === "win32" ? ".exe" : ""
    put(`${folder}/initdb${end}`)
    expect(findPostgres(machine(platform, windows())), "initdb alone is no server").toBeUndefined()
    put(`${folder}/postgres${end}`, `${folder}/pg_isready${end}`)
    expect(findPostgres(machine(platform, windows()))).toBe(join(root, folder))
  })

  const putPostgres = (...folders: string[]): void => {
    for (const folder of folders)
      put(...["initdb", "postgres", "pg_isready"].map(name => `${folder}/${name}`))
  }

  it("in its newest version, numbers compared as numbers", () => {
    putPostgres(
      "usr/lib/postgresql/9.6/bin",
      "usr/lib/postgresql/17/bin",
      "usr/lib/postgresql/15/bin",
    )
    expect(findPostgres(machine("linux"))).toBe(join(root, "usr/lib/postgresql/17/bin"))
  })

  it("by NITRO_POSTGRES_BIN before the usual places, and by pg_config and the command path after them", () => {
    const env = { PATH: join(root, "nix/bin") }
    putPostgres("nix/bin")
    expect(findPostgres(machine("linux", env))).toBe(join(root, "nix/bin"))
    putPostgres("config")
    expect(findPostgres({ ...machine("linux", env), pgConfig: join(root, "config") })).toBe(
      join(root, "config"),
    )
    putPostgres("usr/lib/postgresql/17/bin")
    expect(findPostgres({ ...machine("linux", env), pgConfig: join(root, "config") })).toBe(
      join(root, "usr/lib/postgresql/17/bin"),
    )
    putPostgres("mine")
    expect(findPostgres(machine("linux", { ...env, NITRO_POSTGRES_BIN: join(root, "mine") }))).toBe(
      join(root, "mine"),
    )
  })

  it("not where a folder of the command path has only some of its programs", () => {
    put("usr/local/bin/initdb", "usr/local/bin/postgres")
    expect(findPostgres(machine("linux", { PATH: join(root, "usr/local/bin") }))).toBeUndefined()
  })
})
