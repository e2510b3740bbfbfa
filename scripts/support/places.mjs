// Where a Chromium and the programs of Postgres lie: Linux (WSL is one), macOS, Windows, Homebrew, Playwright.
// As a program: `node scripts/support/places.mjs chromium` prints the path, or nothing.
import { existsSync, readdirSync } from "node:fs"
import { homedir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

/**
 * Path of a Chromium, Chrome or Edge; undefined when there is none. `NITRO_CHROMIUM` comes first, then the command path, then
 * the usual places of the platform, then Playwright's cache. `root` stands for `/`: another folder in tests.
 */
export function findChromium({
  platform = process.platform,
  env = process.env,
  home = homedir(),
  root = "/",
} = {}) {
  const names = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
  ]
  const usual = {
    linux: [
      ...names.map(name => join(root, "usr/bin", name)),
      join(root, "snap/bin/chromium"),
      join(root, "opt/google/chrome/chrome"),
    ],
    darwin: [join(root, "Applications"), join(home, "Applications")].flatMap(folder =>
      ["Google Chrome", "Chromium", "Microsoft Edge"].map(name =>
        join(folder, `${name}.app/Contents/MacOS`, name),
      ),
    ),
    win32: [env["ProgramFiles"], env["ProgramFiles(x86)"], env["LOCALAPPDATA"]]
      .filter(Boolean)
      .flatMap(folder =>
        [
          "Google/Chrome/Application/chrome.exe",
          "Chromium/Application/chrome.exe",
          "Microsoft/Edge/Application/msedge.exe",
        ].map(path => join(folder, path)),
      ),
  }
  const candidates = [
    env["NITRO_CHROMIUM"],
    ...onPath(names, platform, env),
    ...(usual[platform] ?? []),
    ...fromPlaywright(platform, env, home),
  ]
  return candidates.find(path => path && existsSync(path))
}

/** Chromiums that Playwright downloaded, the newest first. Its folders are named after the revision: `chromium-1200`. */
function fromPlaywright(platform, env, home) {
  const caches = {
    linux: join(env["XDG_CACHE_HOME"] || join(home, ".cache"), "ms-playwright"),
    darwin: join(home, "Library/Caches/ms-playwright"),
    win32: join(env["LOCALAPPDATA"] ?? home, "ms-playwright"),
  }
  const cache = env["PLAYWRIGHT_BROWSERS_PATH"] || caches[platform]
  const inside = {
    linux: ["chrome-linux64/chrome", "chrome-linux/chrome"],
    darwin: [
      ...["chrome-mac-arm64", "chrome-mac-x64"].map(
        folder =>
          `${folder}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing`,
      ),
      "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
    ],
    win32: ["chrome-win64/chrome.exe", "chrome-win/chrome.exe"],
  }
  const folders = newestFirst(cache).filter(name => /^chromium-\d+$/.test(name))
  return folders.flatMap(name => (inside[platform] ?? []).map(path => join(cache, name, path)))
}

const postgresPrograms = ["initdb", "postgres", "pg_isready"]

/**
 * Folder of `initdb`, `postgres` and `pg_isready`; undefined where Postgres is not installed. `NITRO_POSTGRES_BIN` comes first,
 * then the usual places of the platform, the newest version first, then what `pg_config` says and
 * the command path, where only clients may lie.
 */
export function findPostgres({
  platform = process.platform,
  env = process.env,
  root = "/",
  pgConfig,
} = {}) {
  const brew = ["opt/homebrew/opt", "usr/local/opt", "home/linuxbrew/.linuxbrew/opt"].flatMap(
    folder => {
      const kegs = newestFirst(join(root, folder)).filter(name => /^postgresql(@\d+)?$/.test(name))
      return kegs.map(name => join(root, folder, name, "bin"))
    },
  )
  const usual = {
    linux: [
      ...versionsIn(join(root, "usr/lib/postgresql")),
      ...named(join(root, "usr"), /^pgsql-\d+$/),
      ...brew,
    ],
    darwin: [
      ...brew,
      ...versionsIn(join(root, "Applications/Postgres.app/Contents/Versions")),
      ...versionsIn(join(root, "Library/PostgreSQL")),
    ],
    win32: env["ProgramFiles"] ? versionsIn(join(env["ProgramFiles"], "PostgreSQL")) : [],
  }
  const end = platform === "win32" ? ".exe" : ""
  const commands = onPath(["initdb"], platform, env).map(path => join(path, ".."))
  const folders = [env["NITRO_POSTGRES_BIN"], ...(usual[platform] ?? []), pgConfig, ...commands]
  return folders.find(
    folder => folder && postgresPrograms.every(name => existsSync(join(folder, name + end))),
  )
}

const versionsIn = folder => named(folder, /^\d/)
const named = (folder, pattern) =>
  newestFirst(folder)
    .filter(name => pattern.test(name))
    .map(name => join(folder, name, "bin"))

/** Names in a folder, by the numbers in them. */
function newestFirst(folder) {
  const numberOf = name => Number(/\d+(\.\d+)?/.exec(name)?.[0] ?? 0)
  return folder && existsSync(folder)
    ? readdirSync(folder).sort((a, b) => numberOf(b) - numberOf(a))
    : []
}

/** What the shell would find under these names. */
function onPath(names, platform, env) {
  const end = platform === "win32" ? ".exe" : ""
  const folders = (env["PATH"] ?? "").split(delimiter).filter(Boolean)
  return names
    .flatMap(name => folders.map(folder => join(folder, name + end)))
    .filter(path => existsSync(path))
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === "chromium")
  process.stdout.write(findChromium() ?? "")
