// Patterns of routes: `/carts/:id/lines/:line`.

/** The names of the parameters of a pattern, in order. */
export function parametersOf(pattern: string): readonly string[] {
  return pattern.includes(":")
    ? pattern.split("/").flatMap(segment => (segment.startsWith(":") ? [segment.slice(1)] : []))
    : []
}
