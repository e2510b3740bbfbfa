// A path of this site, as text that no browser mistakes for the address of another site.

/** `//shop.test/x` and `/\shop.test` would name a host. With a dot in front they name the requested path. */
export function ownPath(path: string): string {
  const plain = path.includes("\\") ? path.replaceAll("\\", "%5C") : path
  return plain.startsWith("//") ? `/.${plain}` : plain
}
