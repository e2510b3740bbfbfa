// Starts a program as its reader would, until it ends or answers a request.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

const patienceMs = 40_000
const endMs = 10_000

/**
 * Runs a program to its end. One that listens on `port` is sent a request for `/`, and then ended with SIGTERM. Returns
 * what went wrong, with the output; undefined when it ended well and the answer was no server error.
 */
export async function runProgram(
  { command, args, cwd, env }: Command,
  port: number,
): Promise<string | undefined> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (output += data.toString()))
  const ended = new Promise<string>(resolve => {
    child.once("error", error => resolve(`cannot be started: ${error.message}`))
    child.once("close", (code, signal) =>
      resolve(code === 0 || signal === "SIGTERM" ? "" : `ended with ${code ?? signal}`),
    )
  })
  const giveUp = AbortSignal.timeout(patienceMs)
  const answered = async (): Promise<string> => {
    for (; !giveUp.aborted && child.exitCode === null; await sleep(50)) {
      const status = await request(port)
      if (status === undefined) continue
      return status < 500 ? "answers" : `answers ${status}`
    }
    return child.exitCode === null
      ? `neither ended nor answered within ${patienceMs} ms`
      : await ended
  }
  let outcome = await Promise.race([ended, answered()])
  if (outcome === "answers") {
    child.kill("SIGTERM")
    outcome = await Promise.race([ended, sleep(endMs, `still ran ${endMs} ms after SIGTERM`)])
  }
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill("SIGKILL")
    await once(child, "close")
  }
  return outcome === "" ? undefined : `${outcome}\n${output.trim()}`
}

async function request(port: number): Promise<number | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      redirect: "manual",
      signal: AbortSignal.timeout(5000),
    })
    await response.body?.cancel()
    return response.status
  } catch {
    return undefined
  }
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("A server without a port.")
  return address.port
}
