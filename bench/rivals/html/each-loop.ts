// A list as whoever counts every step writes it: one text that grows.

export function each<T>(items: readonly T[], print: (item: T) => string): string {
  let text = ""
  for (let i = 0; i < items.length; i++) text += print(items[i] as T)
  return text
}
