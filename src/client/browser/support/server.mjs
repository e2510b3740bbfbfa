// A real HTTP server for the browser tests: answers as each test plans, records what it was asked, stops and starts.
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"

/** Planned answers and recorded requests, by path. */
const plans = new Map()
const logs = new Map()

const CORS = {
  // The browser itself repeats a request whose reused connection was closed; a fresh one per request keeps counts true.
  connection: "close",
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "*",
  "access-control-allow-headers": "*, last-event-id, datastar-request, content-type",
  "access-control-expose-headers": "*",
  "access-control-max-age": "600",
}

async function bodyOf(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

/** The server under test. A response is `{ status, headers, steps: [{ waitMs, text, base64 }], end: "end" | "hang" | "destroy" }`. */
async function answer(request, response) {
  if (request.method === "OPTIONS") return response.writeHead(204, CORS).end()
  const path = new URL(request.url, "http://x").pathname
  const entry = {
    method: request.method,
    url: request.url,
    headers: request.headers,
    body: await bodyOf(request),
    at: Date.now(),
    closed: false,
  }
  const log = logs.get(path) ?? []
  logs.set(path, log)
  const plan = plans.get(path) ?? [{ status: 404 }]
  const {
    status = 200,
    headers = {},
    steps = [],
    end = "end",
  } = plan[Math.min(log.length, plan.length - 1)]
  log.push(entry)
  response.on("close", () => {
    entry.closed = true
  })
  if (end === "refuse") return request.socket.destroy()
  response.writeHead(status, { ...CORS, "cache-control": "no-store", ...headers })
  response.flushHeaders()
  for (const { waitMs = 0, text, base64 } of steps) {
    if (waitMs) await sleep(waitMs)
    if (text !== undefined) response.write(text)
    if (base64 !== undefined) response.write(Buffer.from(base64, "base64"))
  }
  if (end === "destroy") {
    // What was written has to arrive before the connection breaks.
    await sleep(40)
    request.socket.destroy()
  } else if (end === "end") response.end()
}

/** The same answers for the address that tests have themselves: what a page sends to its own server. */
function answerHere(request, response) {
  if (!app?.listening) return request.socket.destroy()
  answer(request, response).catch(() => request.socket.destroy())
}

let app
let appPort = 0

function startApp() {
  return new Promise((resolve, reject) => {
    app = createServer(
      (request, response) => void answer(request, response).catch(() => request.socket.destroy()),
    )
    app.once("error", reject)
    app.listen(appPort, "127.0.0.1", () => {
      appPort = app.address().port
      resolve()
    })
  })
}

function stopApp() {
  return new Promise(resolve => {
    app.close(resolve)
    app.closeAllConnections()
  })
}

const file = path => fileURLToPath(new URL(path, import.meta.url))

/** A constant of the generated module: the bundle as apps serve it. */
function generated(name) {
  const [, literal] = new RegExp(`^export const ${name}: string = (.*)$`, "m").exec(
    readFileSync(file("../../script.gen.ts"), "utf8"),
  )
  return JSON.parse(literal)
}

/** What the tests call to steer the server under test. */
async function control(request, response) {
  const url = new URL(request.url, "http://x")
  const path = url.searchParams.get("path")
  const reply = (value, type = "application/json") =>
    response.writeHead(200, { ...CORS, "content-type": type }).end(value)
  if (request.method === "OPTIONS") return response.writeHead(204, CORS).end()
  if (url.pathname === "/plan") {
    plans.set(path, JSON.parse(await bodyOf(request)))
    logs.set(path, [])
  } else if (url.pathname === "/log") return reply(JSON.stringify(logs.get(path) ?? []))
  else if (url.pathname === "/stop") await stopApp()
  else if (url.pathname === "/start") await startApp()
  else if (url.pathname === "/client.js") return reply(generated("clientScript"), "text/javascript")
  else if (url.pathname === "/interpreter.js")
    return reply(generated("interpreterScript"), "text/javascript")
  else if (url.pathname === "/streams.js")
    return reply(generated("streamsScript"), "text/javascript")
  else if (url.pathname === "/official.js")
    return reply(readFileSync(process.env.NITRO_DATASTAR_JS, "utf8"), "text/javascript")
  return reply("{}")
}

export default async function setup({ provide }) {
  execFileSync(process.execPath, [file("../../../../scripts/generate.mjs")], { stdio: "inherit" })
  const controller = createServer(
    (request, response) =>
      void control(request, response).catch(error =>
        response.writeHead(500, CORS).end(String(error)),
      ),
  )
  await new Promise(resolve => controller.listen(0, "127.0.0.1", resolve))
  await startApp()
  // The dev server that serves the tests passes on what is below /answers/ (vitest.config.ts).
  globalThis.nitroTestAnswer = answerHere
  provide("control", `http://127.0.0.1:${controller.address().port}`)
  provide("app", `http://127.0.0.1:${appPort}`)
  provide("official", process.env.NITRO_DATASTAR_JS ?? "")
  return async () => {
    await stopApp().catch(() => {})
    controller.closeAllConnections()
    await new Promise(resolve => controller.close(resolve))
  }
}
