// The network address of a client, as the host reveals it.
import { createHash } from "node:crypto"

const addresses = new WeakMap<Request, string>()

/** For adapters whose requests do not have it. */
export function setClientAddress(request: Request, address: string | undefined): void {
  if (address !== undefined) addresses.set(request, address)
}

/** Undefined where the host does not reveal it. Requests of srvx, which the Node hosts use, have it as `ip`. */
export function clientAddressOf(request: Request): string | undefined {
  // The property of srvx, which other requests lack.
  return addresses.get(request) ?? (request as { readonly ip?: string | undefined }).ip
}

/** An address as limits count it: of IPv6 the network of 64 bits, since one client may have all of its addresses. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [bare = ""] = address.split("%")
  // A header may hold anything, at any length. The module node:net would come with the root, on hosts that have none too.
  if (!bare.includes(":") || bare.length > maxLength || !URL.canParse(`http://[${bare}]/`))
    return address.length > maxLength
      ? createHash("sha256").update(address).digest("base64url")
      : address
  const [start = "", rest] = bare.split("::")
  const groups = start === "" ? [] : start.split(":")
  // `::` stands for the zeros that are missing.
  if (rest !== undefined) {
    const last = rest === "" ? [] : rest.split(":")
    groups.push(...Array.from({ length: Math.max(0, 8 - groups.length - last.length) }, () => "0"))
    groups.push(...last)
  }
  const network = groups.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16))
  return `${network.join(":")}::/64`
}

const maxLength = 64
