// A Stryker plugin that plants no faults in the words of errors and warnings: tests compare their codes, details and values,
// and a word changed is no fault.

/** Functions whose arguments are a code and then words. */
const speakers = new Set([
  "NitroError",
  "ClientError",
  "htmlError",
  "datastarError",
  "warnOnce",
  "reportError",
  "Error",
  "TypeError",
  "RangeError",
])
/** Properties of errors, and of the register of their codes, that hold words. */
const words = new Set(["fix", "when"])

const isText = node => node.type === "StringLiteral" || node.type === "TemplateLiteral"
const isWords = node => node.type === "ObjectProperty" && !node.computed && words.has(node.key.name)
const isCode = node => node.type === "StringLiteral" && node.value.startsWith("NITRO_")

function isSaid(path) {
  for (let at = path.parentPath; at && !at.isFunction(); at = at.parentPath) {
    if (isWords(at.node)) return true
    if ((at.isNewExpression() || at.isCallExpression()) && speakers.has(at.node.callee.name))
      return true
  }
  return false
}

export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "words of errors",
    value: {
      shouldIgnore(path) {
        const { node } = path
        // `{ fix: "..." }` left out is the same as other words.
        if (
          node.type === "ObjectExpression" &&
          node.properties.length > 0 &&
          node.properties.every(isWords)
        )
          return "words of an error"
        return isText(node) && !isCode(node) && isSaid(path) ? "words of an error" : undefined
      },
    },
  },
]
