// The text of a view's shape: the same in every process, so that a page finds its views after a restart.

/** Equal shapes have one text. Unlike in JSON, Infinity and NaN are not null. */
export function shapeText(shape: unknown): string {
  try {
    const text = JSON.stringify(shape)
    if (!text.includes("null")) return text
  } catch {
    // A bigint, which JSON does not know.
  }
  // The function slows down every call, so it is only used where JSON fails or cannot be trusted.
  return JSON.stringify(shape, (_key, value: unknown) =>
    typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))
      ? { [typeof value]: String(value) }
      : value,
  )
}
