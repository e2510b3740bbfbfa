// The cancel request of the Postgres protocol, sent on a separate connection.
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
 * Makes the server cancel the running statement of a backend. Resolves when the server has closed the connection, which it does after
 * it has read the request, or cannot be reached. Without TLS, as libpq sends it: servers read it before they negotiate TLS.
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
