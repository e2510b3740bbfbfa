import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { matches, PatternTrie } from "./patterns/pattern-trie.ts"

describe("patterns", () => {
  it.each([
    // `*`: one segment, or any characters within one
    ["order.*", "order.placed", true],
    ["order.*", "order", false],
    ["order.*", "order.item.added", false],
    ["*.placed", "order.placed", true],
    ["*", "order", true],
    ["*", "order.placed", false],
    ["order.pl*", "order.placed", true],
    ["order.*ed", "order.placed", true],
    ["*a*b*", "xaxbx", true],
    ["*a*b*", "xbxax", false],
    // `**`: any number of segments
    ["**", "order", true],
    ["**", "order.item.added", true],
    ["order.**", "order", true],
    ["order.**", "order.item.added", true],
    ["order.**", "orders.item", false],
    ["**.added", "order.item.added", true],
    ["**.added", "added", true],
    ["a.**.z", "a.z", true],
    ["a.**.z", "a.b.c.z", true],
    ["a.**.z", "a.b.c", false],
    ["**.**", "a", true],
    // `!`
    ["!order.*", "order.placed", false],
    ["!order.*", "user.created", true],
    ["!**", "a", false],
    // single characters and classes
    ["user.?", "user.a", true],
    ["user.?", "user.", false],
    ["user.?", "user.ab", false],
    ["?", "💡", true],
    ["[a-c]1", "b1", true],
    ["[a-c]1", "d1", false],
    ["[!a-c]1", "d1", true],
    ["[!a-c]1", "a1", false],
    ["[]x]", "]", true],
    ["[a-]", "-", true],
    // literal names and what is special elsewhere
    ["a.b", "a.b", true],
    ["a.b", "aXb", false],
    ["a+(b)$^", "a+(b)$^", true],
  ])("%s covers %s: %s", (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected)
  })

  it.each(["a.[b", "[", "a..b", "", "a**", "**b.c", "!"])("refuses %j", pattern => {
    expect(() => matches(pattern, "a")).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^NITRO_EVENT_/) }),
    )
  })

  it("takes no longer for a pattern made to be slow", () => {
    const startedAt = performance.now()
    expect(matches(`${"*a".repeat(30)}*b`, "a".repeat(5_000))).toBe(false)
    expect(matches(`${"**.a.".repeat(20)}b`, Array(400).fill("a").join("."))).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  const segment = fc.constantFrom("a", "b", "ab", "*", "**", "a*", "?", "[ab]")
  const pattern = fc
    .tuple(fc.boolean(), fc.array(segment, { minLength: 1, maxLength: 4 }))
    .map(([not, parts]) => (not ? "!" : "") + parts.join("."))
  const name = fc
    .array(fc.constantFrom("a", "b", "ab", "ba"), { minLength: 1, maxLength: 4 })
    .map(parts => parts.join("."))

  it("finds among many patterns exactly those that cover the name one by one", () => {
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { maxLength: 30 }), name, (patterns, name) => {
        const trie = new PatternTrie<string>()
        for (const each of patterns) trie.add(each, each)
        expect(trie.find(name).sort()).toEqual(
          patterns.filter(each => coversByRegExp(each, name)).sort(),
        )
      }),
      { numRuns: 2_000 },
    )
  })

  it("keeps nothing of patterns that were taken out", () => {
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { maxLength: 20 }), patterns => {
        const trie = new PatternTrie<string>()
        for (const each of patterns) trie.add(each, each)
        for (const each of patterns) trie.remove(each, each)
        expect(trie.isEmpty).toBe(true)
      }),
    )
  })
})

/** The same language written down a second way, as a regular expression over the whole name. */
function coversByRegExp(pattern: string, name: string): boolean {
  if (pattern.startsWith("!")) return !coversByRegExp(pattern.slice(1), name)
  const source = pattern
    .split(".")
    .map(segment =>
      segment === "**"
        ? "(?:\\.[^.]+)*"
        : `\\.${segment === "*" ? "[^.]+" : segment.replaceAll("*", "[^.]*").replaceAll("?", "[^.]")}`,
    )
  return new RegExp(`^${source.join("")}$`, "u").test(`.${name}`)
}
