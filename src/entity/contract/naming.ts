// Names derived from a class name: plural for routes, table, singular for element ids.

const irregular: ReadonlyMap<string, string> = new Map(
  Object.entries({
    person: "people",
    child: "children",
    man: "men",
    woman: "women",
    mouse: "mice",
    goose: "geese",
    foot: "feet",
    tooth: "teeth",
    ox: "oxen",
    quiz: "quizzes",
    leaf: "leaves",
    life: "lives",
    wife: "wives",
    knife: "knives",
    half: "halves",
    shelf: "shelves",
    wolf: "wolves",
    thief: "thieves",
    loaf: "loaves",
    hero: "heroes",
    potato: "potatoes",
    tomato: "tomatoes",
    echo: "echoes",
    criterion: "criteria",
    datum: "data",
    medium: "media",
  }),
)
const unchanging: ReadonlySet<string> = new Set([
  "series",
  "species",
  "sheep",
  "fish",
  "news",
  "equipment",
  "information",
  "money",
  "media",
  "data",
])

/** `"TodoItem"` to `"todo-item"`, `"HTTPServer"` to `"http-server"`. */
export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replace(/[_\s]+/g, "-")
    .toLowerCase()
}

/** `"category"` to `"categories"`; of `"todo-item"` only the last word changes. Small English rules: `plural` overrides. */
export function pluralize(kebab: string): string {
  const cut = Math.max(kebab.lastIndexOf("-"), kebab.lastIndexOf(" ")) + 1
  return kebab.slice(0, cut) + pluralWord(kebab.slice(cut))
}

function pluralWord(word: string): string {
  if (unchanging.has(word)) return word
  const plural = irregular.get(word)
  if (plural !== undefined) return plural
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  if (/[a-z]{2}sis$/.test(word)) return `${word.slice(0, -2)}es`
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`
  return `${word}s`
}
