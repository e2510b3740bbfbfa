// The network address of a client, as the host reveals it.

const addresses = new WeakMap<Request, string>()

/** For adapters whose requests do not have it. */
export function setClientAddress(request: Request, address: string | undefined): void {
  if (address !== undefined) addresses.set(request, address)
}

/** Undefined where the host does not reveal it. Requests of srvx, which the Node hosts use, have it as `ip`. */
export function clientAddressOf(request: Request): string | undefined {
  return addresses.get(request) ?? (request as { readonly ip?: string | undefined }).ip
}
