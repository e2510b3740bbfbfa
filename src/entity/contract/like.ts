// SQL's LIKE in memory: `%` any text, `_` one code point, no escape character.

// Two pointers instead of a regular expression: `%a%a%a%a` from outside must not take exponential time.
export function likeTest(pattern: string): (value: string) => boolean {
  const patternCharacters = [...pattern]
  return value => {
    const characters = [...value]
    let at = 0
    let patternAt = 0
    let percentAt = -1
    let retryAt = 0
    while (at < characters.length) {
      const part = patternCharacters[patternAt]
      if (part === "%") {
        percentAt = patternAt++
        retryAt = at
      } else if (part !== undefined && (part === "_" || part === characters[at])) {
        at++
        patternAt++
      } else if (percentAt >= 0) {
        patternAt = percentAt + 1
        at = ++retryAt
      } else return false
    }
    while (patternCharacters[patternAt] === "%") patternAt++
    return patternAt === patternCharacters.length
  }
}
