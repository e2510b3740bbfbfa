// Starts an example as a user would, in a process of its own, in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

export interface RunningApp {
  readonly url: string
  readonly port: number
  /** Everything it printed so far, both streams. */
  output(): string
  /** Sends a signal and resolves with the exit code once the process is gone (null after a kill). */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** A folder that is removed by `clean`: the app's working directory, so that each test has data of its own. */
export function temporaryFolder(): { path: string; clean: () => void } {
  const path = mkdtempSync(join(tmpdir(), "nitro-ts-"))
  return { path, clean: () => rmSync(path, { recursive: true, force: true }) }
}

/** How Node runs our sources. */
export const fromSources: readonly string[] = [
  "--conditions=source",
  "--import",
  join(root, "node_modules/tsx/dist/loader.mjs"),
]

export interface AppOptions {
  readonly cwd: string
  /** 0, the default, chooses a free one. */
  readonly port?: number
  /** Node's flags. Default: those for the sources. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Starts `file` (relative to the project) and resolves once it prints where it listens. */
export async function startApp(
  file: string,
  { cwd, port = 0, flags = fromSources, env = {} }: AppOptions,
): Promise<RunningApp> {
  const child = spawn(process.execPath, [...flags, resolve(root, file)], {
    cwd,
    env: {
      ...process.env,
      ...env,
      PORT: String(port),
      NODE_ENV: "development",
      TSX_TSCONFIG_PATH: join(root, "tsconfig.json"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let text = ""
  child.stdout.on("data", data => (text += data))
  child.stderr.on("data", data => (text += data))
  const exited = new Promise<number | null>(resolve => child.once("exit", resolve))
  const url = await listening(child, () => text)
  return {
    url,
    port: Number(new URL(url).port),
    output: () => text,
    end(signal = "SIGTERM") {
      child.kill(signal)
      return exited
    },
  }
}

function listening(child: ChildProcess, text: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => finish(() => reject(new Error(`The app did not start within 30 s.\n${text()}`))),
      30_000,
    )
    const look = () => {
      const found = /listening on (http:\/\/\S+)/.exec(text())?.[1]
      if (found) finish(() => resolve(found))
    }
    const onExit = (code: number | null) =>
      finish(() => reject(new Error(`The app ended with code ${code}.\n${text()}`)))
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      child.stdout?.off("data", look)
      child.off("exit", onExit)
      settle()
    }
    child.stdout?.on("data", look)
    child.once("exit", onExit)
  })
}
