// Makes the demo ready to start: arguments, packages, generated sources, a free port. Prints the port alone on stdout.
import { createServer } from "node:net"
import { parseArgs } from "node:util"
import { ensureGenerated } from "./support/build.mjs"
import { ensureInstalled, fail } from "./support/project.mjs"

const usage = "Usage: ./scripts/demo [--port N]"
const port = readPort()
ensureInstalled({ output: 2 })
await ensureGenerated({ output: 2 })
await refuseTakenPort(port)
process.stdout.write(`${port}\n`)

function readPort() {
  try {
    const { values } = parseArgs({
      options: { port: { type: "string", default: "3000" }, help: { type: "boolean", short: "h" } },
    })
    if (values.help) fail(usage)
    if (/^\d{1,5}$/.test(values.port) && Number(values.port) < 65536) return Number(values.port)
    return fail(`--port wants a number from 0 to 65535, not "${values.port}". ${usage}`)
  } catch (error) {
    return fail(`${error.message}. ${usage}`)
  }
}

/** Asked beforehand, because the app would answer a taken port with a stack trace. */
function refuseTakenPort(number) {
  return new Promise(resolve => {
    const server = createServer()
    server.once("error", error => {
      if (error.code !== "EADDRINUSE") fail(`Port ${number} cannot be opened: ${error.message}.`)
      fail(
        `Port ${number} is taken by another program. Choose another: ./scripts/demo --port ${number + 1}`,
      )
    })
    server.listen(number, "127.0.0.1", () => server.close(resolve))
  })
}
