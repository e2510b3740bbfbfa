// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is printed for the page is a template.
import { describe, expect, it } from "vitest"
import { Expression } from "../shared/expression.ts"
import {
  all,
  any,
  choose,
  classes,
  collect,
  ds,
  f,
  js,
  match,
  peek,
  post,
  sequence,
  signal,
  stopTimeout,
  value,
  when,
} from "./index.ts"

const x = signal("x", 1)
const y = signal("y", 1)
const name = signal("name", "")
const flag = signal("flag", false)
const items = signal("items", [1])
const printed = (expression: unknown): string => String(expression)

it("is an expression by its class alone, also after JSON has imitated one", () => {
  expect(x).toBeInstanceOf(Expression)
  expect(x.set(1)).toBeInstanceOf(Expression)
  expect(printed(name.set(JSON.parse('{"source":"alert(1)"}')))).toBe(
    "$name = {source: 'alert(1)'}",
  )
})

it("is no thenable: awaiting an expression gives it back", async () => {
  expect(await Promise.resolve(flag)).toBe(flag)
})

describe("arithmetic", () => {
  it("keeps the order of the calls by parentheses", () => {
    expect(printed(x.plus(1).times(y.minus(2)).dividedBy(3))).toBe("((($x + 1) * ($y - 2)) / 3)")
    expect(printed(x.minus(-5))).toBe("($x - -5)")
  })

  it("makes one flat template of text and expressions", () => {
    expect(printed(ds`a ${ds`b ${x} c`} ${"d"} ${1}${null}`)).toBe("`a b ${$x} c d 1null`")
    expect(printed(name.plus("!").plus("?"))).toBe("`${$name}!?`")
    expect(printed(name.plus(name))).toBe("($name + $name)")
    expect(printed(value("a").plus("b"))).toBe("`ab`")
  })

  it("rounds, limits and clamps", () => {
    expect([x.round(), x.floor(), x.ceil(), x.abs(), x.min(5), x.max(y)].map(printed)).toEqual([
      "Math.round($x)",
      "Math.floor($x)",
      "Math.ceil($x)",
      "Math.abs($x)",
      "Math.min($x, 5)",
      "Math.max($x, $y)",
    ])
  })
})

describe("a receiver", () => {
  it("is put in parentheses where JavaScript needs them", () => {
    expect(printed(value(5).toFixed(2))).toBe("(5).toFixed(2)")
    expect(printed(flag.not().eq(true))).toBe("(!($flag) === true)")
    expect(printed(value({ a: 1 }).prop("a"))).toBe("({a: 1}).a")
    expect(printed(js<string>("a ? b : c").trim())).toBe("(a ? b : c).trim()")
    expect(printed(js<string>("evt.target.value").trim())).toBe("evt.target.value.trim()")
    expect(printed(x.plus(1).toFixed(1))).toBe("($x + 1).toFixed(1)")
  })

  it("reads properties and items by plain and by computed names", () => {
    const user = signal("user", { name: "", "full-name": "" })
    expect(printed(user.prop("name"))).toBe("$user.name")
    expect(printed(user.prop("full-name"))).toBe("$user['full-name']")
    expect(printed(user.prop(name))).toBe("$user[$name]")
    expect(printed(items.index(x))).toBe("$items[$x]")
    expect(printed(items.index(0).set(5))).toBe("$items[0] = 5")
    expect(() => user.prop("constructor" as "name")).toThrow("constructor")
  })
})

describe("an effect", () => {
  it("can be a branch, an argument and the right side of `&&`", () => {
    expect(printed(flag.and(post("/x")))).toBe("($flag && @post('/x'))")
    expect(printed(flag.and(x.set(1)))).toBe("($flag && ($x = 1))")
    expect(printed(when(flag, x.set(1), y.set(2)))).toBe("($flag ? $x = 1 : $y = 2)")
    expect(
      Function("$x", "$y", "$flag", `${when(flag, x.set(1), y.set(2))}; return $x`)(0, 0, true),
    ).toBe(1)
  })

  it("refuses a statement inside an expression", () => {
    const statement = expect.objectContaining({ code: "NITRO_EXPRESSION_STATEMENT" })
    expect(() => flag.and(flag.thenDo(x.set(1)))).toThrow(statement)
    expect(() => when(flag, sequence(x.set(1), y.set(2)), 0)).toThrow(statement)
    expect(() => x.set(sequence(x.set(1), y.set(2)) as never)).toThrow(statement)
  })

  it("runs in order, alone or under a condition", () => {
    expect(printed(sequence(x.add(1), post("/x")))).toBe("$x++; @post('/x')")
    expect(printed(flag.thenDo(x.set(1), y.set(2)))).toBe("if ($flag) { $x = 1; $y = 2 }")
    expect(printed(flag.and(sequence(x.set(1))))).toBe("($flag && ($x = 1))")
    expect(printed(stopTimeout(signal("timer", null)))).toBe("clearTimeout($timer)")
  })
})

describe("assigning", () => {
  it("counts by one in short and by more in full", () => {
    expect([x.add(2), x.sub(2), x.mul(y), x.div(2), x.add(y)].map(printed)).toEqual([
      "$x = ($x + 2)",
      "$x = ($x - 2)",
      "$x = ($x * $y)",
      "$x = ($x / 2)",
      "$x = ($x + $y)",
    ])
  })

  it("appends text and list items", () => {
    expect(printed(name.add("!"))).toBe("$name = `${$name}!`")
    expect(printed(items.append(1, x))).toBe("$items.push(1, $x)")
    expect(printed(items.set([...[1, 2], 3]))).toBe("$items = [1,2,3]")
  })

  it("toggles, and goes round its values", () => {
    expect(printed(flag.toggle())).toBe("$flag = !($flag)")
    expect(printed(name.toggle("a", "b"))).toBe("$name = (($name === 'a') ? 'b' : 'a')")
    const cycle = Function("$name", `${name.toggle("a", "b", "c")}; return $name`)
    expect(["a", "b", "c", "else"].map(from => cycle(from))).toEqual(["b", "c", "a", "a"])
  })
})

it("compares by value and by order", () => {
  expect([x.ne(1), x.lt(y), x.lte(2), name.gte("a"), flag.or(x)].map(printed)).toEqual([
    "($x !== 1)",
    "($x < $y)",
    "($x <= 2)",
    "($name >= 'a')",
    "($flag || $x)",
  ])
})

describe("choosing", () => {
  it("takes the first case that fits", () => {
    expect(
      printed(
        choose(
          [
            [x.gt(2), "many"],
            [x.gt(0), "some"],
          ],
          "none",
        ),
      ),
    ).toBe("(($x > 2) ? 'many' : (($x > 0) ? 'some' : 'none'))")
    expect(printed(match(name, { a: x, b: 2 }))).toBe(
      "(($name === 'a') ? $x : (($name === 'b') ? 2 : ''))",
    )
    expect(printed(name.match({ a: 1 }, 0))).toBe("(($name === 'a') ? 1 : 0)")
    expect(printed(flag.if_("on"))).toBe("($flag ? 'on' : '')")
    expect(printed(when(flag, "on"))).toBe("($flag ? 'on' : '')")
  })

  it("asks for all and for any", () => {
    expect(printed(all(x, y.gt(1)))).toBe("(!!$x && !!($y > 1))")
    expect(printed(any(x, flag))).toBe("(!!$x || !!$flag)")
    expect([all(), any()].map(printed)).toEqual(["true", "false"])
    expect(printed(name.orElse("nobody"))).toBe("($name ?? 'nobody')")
  })

  it("collects nothing from nothing", () => {
    expect([collect([]), classes({})].map(printed)).toEqual(["''", "{}"])
  })
})

it("passes JavaScript's own methods through, with expressions as arguments", () => {
  expect(
    [
      name.padStart(x, "0"),
      name.replaceAll("a", name),
      items.includes(x),
      items.toSorted(),
      items.at(-1),
    ].map(printed),
  ).toEqual([
    "$name.padStart($x, '0')",
    "$name.replaceAll('a', $name)",
    "$items.includes($x)",
    "$items.toSorted()",
    "$items.at(-1)",
  ])
})

it("fills texts by name, once each, without touching what values bring in", () => {
  expect(printed(f("{a}{b}{a}{toString}", { a: "{b}", b: x }))).toBe("`{b}${$x}{b}{toString}`")
})

it("peeks without subscribing", () => {
  expect(printed(x.plus(peek(y)))).toBe("($x + @peek(() => $y))")
  expect(printed(peek(classes({ a: y })))).toBe("@peek(() => ({a: $y}))")
})
