// Reads parts of a SQLite table's `create table` statement that no pragma reports.

const features: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bcheck\s*\(/i, "a check"],
  [/\bcollate\b/i, "a collation"],
  [/\bas\s*\(/i, "a generated column"],
  [/\bwithout\s+rowid\b/i, "without rowid"],
  [/\)[\s,\w]*\bstrict\b\s*$/i, "strict types"],
  [/\bon\s+update\s+(?!no\b)/i, "an on-update rule"],
]

/** The parts of a table's text that the model cannot express. */
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
