// A list as template literals show it: `${items.map(print).join("")}`.

export const each = <T>(items: readonly T[], print: (item: T) => string): string =>
  items.map(item => print(item)).join("")
