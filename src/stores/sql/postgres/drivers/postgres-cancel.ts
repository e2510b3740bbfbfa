// The cancel request of the Postgres protocol, sent on a connection of its own.
import { connect } from "node:net"

export interface Backend {
  /** A folder of Unix sockets begins with `/`. */
  readonly host: string | undefined
  readonly port: number
  readonly processID: number
  readonly secretKey: number
}

const cancelRequestCode = 80877102
const patienceMs = 1_000

/**
 * Asks the server to give up what a backend runs. Resolves when the server has closed the connection, which it does after it
 * has read the request, or cannot be reached. Without TLS, as libpq sends it: servers read it before they ask for TLS.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancelStatement({
  host = "localhost",
  port,
  processID,
  secretKey,
}: Backend): Promise<void> {
  const request = Buffer.alloc(16)
  request.writeInt32BE(request.length, 0)
  request.writeInt32BE(cancelRequestCode, 4)
  request.writeInt32BE(processID, 8)
  request.writeInt32BE(secretKey, 12)
  return new Promise(resolve => {
    const socket = host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    socket.setTimeout(patienceMs, () => socket.destroy())
    socket.on("error", () => socket.destroy())
    socket.on("close", () => resolve())
    socket.on("connect", () => socket.end(request))
    socket.resume()
  })
}
