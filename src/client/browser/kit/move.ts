// Finds the element of a list that a key moves to.

/** The element after `current` for an arrow key, Home or End, going round at the ends; undefined for any other key. */
export function elementFor<E extends Element>(
  key: string,
  [next, previous]: readonly [string, string],
  list: readonly E[],
  current: Element | null,
): E | undefined {
  // Any other value is not in the list: -1.
  const at = list.indexOf(current as E)
  if (key === next) return list[(at + 1) % list.length]
  if (key === previous) return list[at <= 0 ? list.length - 1 : at - 1]
  return key === "Home" ? list[0] : key === "End" ? list.at(-1) : undefined
}

/** With Ctrl, Alt or Meta a key means something else, such as a way through the browser's history. */
export const isPlainKey = (event: KeyboardEvent): boolean =>
  !(event.ctrlKey || event.altKey || event.metaKey || event.isComposing)

export const UPRIGHT = ["ArrowDown", "ArrowUp"] as const
