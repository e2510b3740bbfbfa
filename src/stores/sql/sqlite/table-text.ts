// What the `create table` statement of a SQLite table says that no pragma tells.

const features: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bcheck\s*\(/i, "a check"],
  [/\bcollate\b/i, "a collation"],
  [/\bas\s*\(/i, "a generated column"],
  [/\bwithout\s+rowid\b/i, "without rowid"],
  [/\)[\s,\w]*\bstrict\b\s*$/i, "strict types"],
  [/\bon\s+update\s+(?!no\b)/i, "an on-update rule"],
]

/** What the text of a table says that the model has no word for. */
export function beyondModel(sql: string): string[] {
  const text = withoutQuotes(sql)
  return features.flatMap(([pattern, name]) => (pattern.test(text) ? [name] : []))
}

/** Whether the key of a table counts up for good. */
export function hasAutoincrement(sql: string): boolean {
  return /\bautoincrement\b/i.test(withoutQuotes(sql))
}

/** Names and text may look like anything. */
export function withoutQuotes(sql: string): string {
  return sql.replaceAll(
    /'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|`[^`]*(?:``[^`]*)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g,
    " _ ",
  )
}
