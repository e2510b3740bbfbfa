// The one escape function: all five characters, in text and in attribute values alike.

const special = /[&<>"']/

/** `value` with `& < > " '` written as entities: safe in text and in quoted attribute values. */
export function escapeHtml(value: string): string {
  // Two regimes: a regex test is fastest for short strings, native searches for long ones.
  if (value.length < 48) return special.test(value) ? escapeShort(value) : value
  return escapeLong(value)
}

/**
 * The same markup, shorter: in values between double quotes, as we print them all, `'` and `>` need no escape. For text that
 * is printed once and repeated with every row of a list.
 */
export function inDoubleQuotes(printed: string): string {
  return printed.replaceAll("&#39;", "'").replaceAll("&gt;", ">")
}

function entity(code: number): string | undefined {
  switch (code) {
    case 34:
      return "&quot;"
    case 38:
      return "&amp;"
    case 39:
      return "&#39;"
    case 60:
      return "&lt;"
    case 62:
      return "&gt;"
    default:
      return undefined
  }
}

export function escapeShort(value: string): string {
  let out = ""
  let last = 0
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    // Everything above `>` is ordinary: one comparison skips nearly all text.
    if (code > 62) continue
    const replacement = entity(code)
    if (replacement === undefined) continue
    if (last !== i) out += value.slice(last, i)
    out += replacement
    last = i + 1
  }
  return last === value.length ? out : out + value.slice(last)
}

/** Jumps from hit to hit with one native search per character; a character that never occurs is searched once. */
function escapeLong(value: string): string {
  const end = value.length
  const at = (character: string, from: number): number => {
    const position = value.indexOf(character, from)
    return position < 0 ? end : position
  }
  let amp = at("&", 0)
  let less = at("<", 0)
  let greater = at(">", 0)
  let double = at('"', 0)
  let single = at("'", 0)
  let next = Math.min(amp, less, greater, double, single)
  if (next === end) return value
  let out = ""
  let last = 0
  while (next < end) {
    out += value.slice(last, next)
    last = next + 1
    if (next === amp) {
      out += "&amp;"
      amp = at("&", last)
    } else if (next === less) {
      out += "&lt;"
      less = at("<", last)
    } else if (next === greater) {
      out += "&gt;"
      greater = at(">", last)
    } else if (next === double) {
      out += "&quot;"
      double = at('"', last)
    } else {
      out += "&#39;"
      single = at("'", last)
    }
    next = Math.min(amp, less, greater, double, single)
  }
  return out + value.slice(last)
}
