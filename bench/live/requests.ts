// Other requests while changes are sent: one after the other from a process of its own, each timed.
import { Agent, get } from "node:http"

const port = Number(process.argv[2])
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let times: number[] = []
let isRunning = false

function ping(): Promise<void> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", path: "/ping", agent }, incoming => {
      incoming.resume().on("end", () => {
        times.push(performance.now() - startedAt)
        resolve()
      })
    }).on("error", reject)
  })
}

async function loop(): Promise<void> {
  while (isRunning) {
    await ping()
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

let running = Promise.resolve()
process.on("message", async (command: "start" | "stop") => {
  if (command === "start") {
    times = []
    isRunning = true
    running = loop()
    process.send?.({ result: "started" })
    return
  }
  isRunning = false
  await running
  process.send?.({ result: times })
})
process.on("disconnect", () => process.exit(0))
process.send?.({ result: "ready" })
