// Compiled or not, a module prints the same bytes and throws the same errors.
import { transformSync } from "esbuild"
import { describe, expect, it } from "vitest"
import { filesBelow } from "../../test/support/imports.ts"
import { compiled, evaluate, outcome } from "./support/run.ts"

const prelude = `import { raw, html, Fragment, Div, div, p, ul, li, br, script, textarea, title, svg, linearGradient, Switch, html as h } from "nitro-ts/html"
import * as tags from "nitro-ts/html"
import { Expression } from "expression"
const log = []
const note = value => (log.push(value), value)
const later = value => Promise.resolve(value)
const props = { id: "p", class: ["a", "b"], title: "<p>" }
const Item = ({ todo, children }) => <li class={{ done: todo.done }}>{todo.title}{children}</li>
const Later = async ({ name }) => <b>{await name}</b>
const Nothing = () => null
const todos = [{ title: "a<b", done: true }, { title: "é", done: false }]
const user = '<script>"&\\''
const nothing = null, missing = undefined, yes = true, no = false
const expression = new Expression("$a && '<'")
`
const view = (body: string): string =>
  `${prelude}export const view = () => ${body}\nexport const logged = () => log.join()\n`

/** Templates among the compiled code: 0 for a case that has to stay as it is. */
const templates = (source: string): number =>
  compiled(view(source)).split("$html`").length - compiled(view("null")).split("$html`").length

async function expectSame(body: string): Promise<void> {
  const source = view(body)
  const result = compiled(source)
  expect(await outcome(result), result).toBe(await outcome(source))
  expect(result.split("\n").slice(0, source.split("\n").length - 1)).toHaveLength(
    source.split("\n").length - 1,
  )
}

const elements = [
  "<p>text</p>",
  "<p id={user}>{user}</p>",
  "<p id='a' class='b c' title=\"&quot;&amp;&nbsp;x\">x</p>",
  "<p hidden disabled={true} title={false} id={null} lang={missing} tabindex={0} data-x={1.5}/>",
  "<p id={yes} title={no} lang={nothing} dir={missing} data-x={12n}/>",
  "<p id={`static`} title={`a${user}`} data-n={-1}/>",
  "<p class={{ a: yes, 'b-c': no, d: 1 }} style={{ color: 'red', backgroundColor: user }} data={{ fooBar: 1, x: no }} aria={{ label: user, hidden: no }}/>",
  "<p style={{ left: '1px', top: user, width: no, '--x': 'a\"b', zIndex: 1 }}/>",
  "<p style={{ left: missing, top: nothing }}/>",
  "<p style={{ left: missing, top: '2px' }}/>",
  "<p style={{ left: 'a;b', top: 'url(javascript:x)', color: 'calc(1px + 2px)' }}/>",
  "<p style={{ left: {} }}/>",
  "<p style={{ '1a': user }}/>",
  "<p style={{}} class={{}} data={{}}/>",
  "<p style={{ color: 'red', 'margin-top': 1, left: null }} class={{ a: true, 'b c': false, d: 1 }} data={{ fooBar: '<', x: null }} aria={{ hidden: false }}/>",
  "<p class={{ 2: true, 1: true }} data={{ __proto__: null, a: 1 }} style={{ 'x;': 1 }}/>",
  "<p style={{ ...props }}/>",
  "<p style={{ left: 1, left: user }}/>",
  "<p style={{ left: <b/> }}/>",
  "<p data-style={{ left: expression }}/>",
  "<p\n  style={{\n    left: 1,\n    // note\n    top: user,\n  }}\n>{user}</p>",
  "div({ style: { left: user, top: note(1) }, id: note(2) }, note(3))",
  "<p class={['a', no, { b: yes }]} style='color: red' className='twice' htmlFor='f' cls={user}/>",
  "<div draggable={no} contenteditable={yes} translate={no} aria-hidden={no} aria-label={no} spellcheck={true}/>",
  "<a href='javascript:alert(1)' ping={user}>x</a>",
  "<a href={'java' + 'script:alert(1)'}>x</a>",
  "<a href={'/a?b=' + user} srcset={user}>x</a>",
  "<a xlink:href={'/x'} data-on:click={expression} data-text={expression} data-bind='name' data-signals={{ a: user }}>x</a>",
  "<a data-on:click__prevent={new Expression('a()')} data-class={{ a: expression }}/>",
  "<div data_foo_bar='1' _for='x' aria_label={user} on_click={expression}/>",
  "<svg viewBox='0 0 1 1'><linearGradient id='g' gradientUnits={'userSpaceOnUse'}/><title>{user}</title><foreignObject><p>{1}</p></foreignObject></svg>",
  "<svg><feImage href='data:image/svg+xml,x'/><feImage href={'data:image/svg+xml,y'}/><style>{raw('a{}')}</style><script/></svg>",
  "<html lang='en'><head><title>{user}é</title></head><body>{user}</body></html>",
  "<my-element some-thing={user}>x</my-element>",
  "<p><br/><hr class='x'/><img src={'/a.png'} alt={user}/><input value={user} checked={yes}/></p>",
  "<table><tbody>{todos.map(t => <tr key={t.title}><td>{t.title}</td><td>{t.done}</td></tr>)}</tbody></table>",
  "<iframe src='/x'/>",
  "<script src='/a.js' defer/>",
  "<title>a {user} é</title>",
  "<pre>\n  a</pre>",
  "<pre>&#10;a</pre>",
  "<pre>{'\\n'}a</pre>",
  "<pre>{'\\na'}</pre>",
  "<pre>{user}{'\\na'}</pre>",
  "<pre>{''}{'\\na'}</pre>",
  "<pre>{nothing}{String('\\na')}</pre>",
  "<pre><>{nothing}{String('\\na')}</></pre>",
  "<pre><>{String('\\na')}</></pre>",
  "<pre><code>{String('\\na')}</code></pre>",
  "<pre>{todos.map(t => '\\n' + t.title)}</pre>",
  "<pre>x{String('\\na')}<b>{user}</b></pre>",
  "<textarea>{String('\\na')}</textarea>",
  "<textarea name={user}>a {user} b</textarea>",
  "<p><textarea/>{String('\\na')}<pre/>{String('\\na')}</p>",
  "<textarea><b title={user}>x</b></textarea>",
  "<title><b title={user}>x</b></title>",
  "<p>{String('a')}\n\n  {user}\n  <b>c</b>\n</p>",
  "<p>\n  a\n  b {user}\tc\n\n  d &nbsp; &copy; &eacute; &#233; &#xe9; &lt;script&gt; &bogus; & &amp;amp;\n</p>",
  "<p>a\u00a0\n\u00a0b</p>",
  "<p>{/* nothing */}{}{'text'}{'<'}{1}{1.5}{1e21}{true}{false}{null}{`t<`}{-1}{12n}</p>",
  "<p>`${'$'}{x} \\n \\ $ {user} \\${user}</p>",
  '<code>${"{"}secret{"}"}</code>',
  "<code>{'$'}{'{secret}'}</code>",
  "<p title='$'>{'{secret}'}</p>",
  "<p>$<>{'{'}{user}{'}'}</></p>",
  "div('$', '{secret}', '\\\\', '`')",
  "<p title='back\\slash `tick` ${x}'>{user}</p>",
  "<p>é 😀 \u2028{user}</p>",
  "<p>{user}{user}{<b>{user}</b>}{(<i/>)}</p>",
  "<p>{yes && <b>x</b>}{no && <b>x</b>}{yes ? <i>1</i> : <u>2</u>}{nothing ?? <s/>}</p>",
  "<p>{todos.map(t => t.done ? <Item todo={t}/> : <Item todo={t}><em>!</em>{user}</Item>)}</p>",
  "<p><Item todo={todos[0]}/><Item todo={todos[1]}>a<b/>c</Item><Nothing/></p>",
  "<p><Later name={later(user)}/>{later(<b>{user}</b>)} and <Later name='x'/></p>",
  "<ul>{new Set(['a', <li/>])}{[1, [2, [user]]]}</ul>",
  "<><p/>{user}</>",
  "<>{user}</>",
  "<>{raw('<b>')}</>",
  "<></>",
  "<><p/><><i/>{user}</></>",
  "<Fragment><p/>{user}</Fragment>",
  "<Fragment key='x'>{user}</Fragment>",
  "<p {...props}>{user}<b>{user}</b></p>",
  "<p id='a' {...props} class='z'><b title={user}>{user}</b> <i/></p>",
  "<p {...props} key='k'><b>{user}</b></p>",
  "<p key={todos[0].title}>{user}</p>",
  "<p key={note(1)} id={note(2)}>{note(3)}</p>",
  "<p id='a' id={user}>x</p>",
  "<p children={user}/>",
  "<p children='a'>b</p>",
  "<p __proto__={props}>x</p>",
  "<p>{...[1, 2]}<b>{user}</b></p>",
  "<Div class='a'>x<b>{user}</b></Div>",
  "<Item todo={{ title: <b>{user}</b>, done: yes }}/>",
  "<p>{raw('<b>')}{html`<i>${user}</i>`}{h`<u title=${user}>é</u>`}</p>",
  "<p>{(() => { const div = x => x; return div(user) })()}</p>",
  "<p>{function div(a) { return a }(user)}</p>",
]

const calls = [
  "div()",
  "Div()",
  "div('a', user, 1, null, false)",
  "div({ id: user, class: 'x' }, user)",
  "div({ 'data-x': user, data_foo: 1, hidden: true, title: null }, 'a', p({}, user), [1, user])",
  "div({ class: { a: yes }, children: user })",
  "div({ key: user, id: 1 })",
  "div({ id: 1, id: user }, 'x')",
  "div({ ['id']: user }, 'x')",
  "div({ ...props }, 'x')",
  "div({ 2: 'b', 1: 'a' }, 'x')",
  "div({ get id() { return 'x' } }, 'x')",
  "div({ id() {} }, 'x')",
  "div(user)",
  "div(props)",
  "div(props, user)",
  "div('a', props)",
  "div('a', { id: 'x' })",
  "div(user, { id: 'x' })",
  "div(`a${user}`, { id: user })",
  "div('a', { id: user })",
  "div(yes ? 'a' : p('b'), { id: 'x' })",
  "div(yes && 'a')",
  "div(no || props)",
  "div(html`<b>${user}</b>`, 'x')",
  "div(h`<b>${user}</b>`)",
  "div([1, user])",
  "div({}, ...todos.map(t => li({ class: { done: t.done } }, t.title)))",
  "div({ id: 'x' }, ...[])",
  "ul({ class: 'list' }, todos.map(({ title }) => li({}, title)))",
  "ul({ class: 'list' }, todos.map(p => li({}, p.title, br())))",
  "Div({ id: user })",
  "Div({ id: user })(user, p('x'))",
  "Div({ id: user }, user)",
  "Div({ id: user }, missing)",
  "br({ class: 'x' })",
  "textarea({}, '\\nx')",
  "title({}, user)",
  "svg({ viewBox: '0 0 1 1' }, linearGradient({ id: 'g' }), Switch(1))",
  "tags.div({ id: user }, tags.p('x'), tags.br())",
  "tags.html`<p>${user}</p>`",
  "tags['div']({ id: user }, 'x')",
  "tags.Switch({ id: 1 }, 'x')",
  "div?.({ id: user }, 'x')",
  "div({ shorthand: 1, user }, <b>{user}</b>)",
  "<div>{div({ id: user }, <b>{user}</b>)}</div>",
  "div({}, function () {} && 1, async () => {} ? 'a' : 'b')",
]

const refusals = [
  "<p onclick='x()'/>",
  "<p onclick={missing}/>",
  "<p onclick={user}/>",
  "<p data-on:click='x()'/>",
  "<p data-on:click={user}/>",
  "<p data-on:click={false}/>",
  "<p id={expression}/>",
  "<p id={{}}/>",
  "<p>{{}}</p>",
  "<p>{expression}</p>",
  "<p>{() => 1}</p>",
  "<p>{new Date(0)}</p>",
  "<p class={{ a: expression }}/>",
  "<p innerHTML={user}/>",
  "<br>x</br>",
  "<br>{user}</br>",
  "<br>{false}</br>",
  "<script>alert(1)</script>",
  "<script>{user}</script>",
  "<script>{{ a: user }}</script>",
  "<script>{raw('a < b')}</script>",
  "<style>a {'{'} {user} {'}'}</style>",
  "<style>{raw('a > b {}')}</style>",
  "<xmp>{user}</xmp>",
  "<noscript>{user}</noscript>",
  "<iframe>{user}</iframe>",
  "<iframe srcdoc={html`<p>${user}</p>`}/>",
  "<p id={later(1)}/>",
  "<p title={<b/>}/>",
  "<p title=<b/>/>",
  "<Missing/>",
  "<p>{missing.name}</p>",
  "div({ onclick: user }, 'x')",
  "div({ 'a b': user }, 'x')",
  "div({ '': user }, 'x')",
  "div({ 'a b': missing }, 'x')",
  "div({ id: {} }, 'x')",
  "div({ id: 1 }, { id: 2 })",
  "div('a', 'b', { id: {} })",
  "br('x')",
  "br({ id: 1 }, user)",
  "script({}, user)",
  "li({}, p({ id: Symbol('x') }))",
]

describe("elements", () => {
  it.each(elements)("%s", expectSame)
})
describe("calls of tag functions", () => {
  it.each(calls)("%s", expectSame)
})
describe("what is refused", () => {
  it.each(refusals)("%s", expectSame)
})

it("evaluates expressions once and in their order", async () => {
  const bodies = [
    "<p id={note(1)} class={note(2)}>{note(3)}<b title={note(4)}>{note(5)}</b>{[note(6)].map(x => <i>{note(x)}</i>)}</p>",
    "div({ id: note(1) }, note(2), p({ id: note(3) }, note(4)), ...[note(5)])",
    "div(note(1) + 1, { id: note(2) })",
    "<p key={note(1)} id={note(2)}/>",
  ]
  for (const body of bodies) {
    const [plain, fast] = [view(body), compiled(view(body))].map(source => {
      const module = evaluate(source) as { view(): unknown; logged(): string }
      module.view()
      return module.logged()
    })
    expect(fast, body).toBe(plain)
  }
})

it("prints what stands before an await or an assignment before that happens", async () => {
  const list =
    "(list => <div><b>{list}</b>{list.length = 0}{list.push('x'), (list[1] = 'y')}<i>{list}</i></div>)(['a'])"
  await expectSame(list)
  await expectSame(
    "(async (list) => <div><b>{list}</b>{await later(list.pop())}<i>{list}</i></div>)(['a', 'b'])",
  )
  await expectSame(
    "((n) => <div><b>{[n++]}</b>{n}<i>{todos.map(t => { n++; return n })}</i></div>)(1)",
  )
})

describe("the compiled form", () => {
  it("is one template for a tree, and one for each branch or row", () => {
    expect(templates("<ul id={user}><li>{user}<b>x</b></li></ul>")).toBe(1)
    expect(templates("<ul>{todos.map(t => <li>{t.title}</li>)}</ul>")).toBe(2)
    expect(templates("<ul>{yes ? <li/> : <p/>}</ul>")).toBe(3)
    expect(templates("div({ id: user }, p({}, user), ul({}, li('x')))")).toBe(1)
    expect(templates("<div>{div({}, <p>{user}</p>)}</div>")).toBe(1)
  })

  it("leaves alone what only the run time knows", () => {
    const untouched = [
      "<p {...props}>x</p>",
      "div(user)",
      "div(props, user)",
      "Div({ id: user })",
      "<Item todo={todos[0]}/>",
      "<>{user}</>",
    ]
    untouched.push(
      "<script>{raw('x')}</script>",
      "<p onclick={user}/>",
      "div?.({}, 'x')",
      "(div => div({}, 'x'))(String)",
      "div('a', { id: user }, props)",
    )
    untouched.push(
      "((a, { b: [div = 1] }) => div({}, 'x'))",
      "(() => { try {} catch (div) { div({}, 'x') } })",
      "(() => { { class div {} div({}, 'x') } })",
    )
    untouched.push(
      "(() => { for (const div of []) div({}, 'x') })",
      "(() => { { var div } return div({}, 'x') })",
      "class div { static { div({}, 'x') } }",
    )
    for (const body of untouched) expect(templates(body), body).toBe(0)
  })

  it("still compiles children of what stays as it is", () => {
    expect(compiled("const a = <p {...x}><b>{1}</b><Item><i/></Item></p>")).toContain(
      "<p {...x}>{$html`<b>1</b>`}<Item>{$html`<i></i>`}</Item></p>",
    )
  })

  it("knows a tag function under another name and next to others of the same name", () => {
    const source =
      'import { div as box, p } from "nitro-ts/html"\nconst a = box({}, 1), b = ps.map(p => p({}, 2)), c = p({}, 3)\n'
    expect(compiled(source, "/app/file.ts")).toContain(
      "const a = $html`<div>1</div>`, b = ps.map(p => p({}, 2)), c = $html`<p>3</p>`",
    )
  })

  it("knows tag functions that are taken from a namespace", () => {
    const source =
      'import * as tags from "nitro-ts/html"\nconst { a: anchor, p, [x]: div, b = p, html } = tags\nlet { i } = tags\n'
    const uses =
      "[anchor({}, 1), p({}, 2), div({}, 3), b({}, 4), i({}, 5), (p => p({}, 6)), tags.u({}, 7), a({}, 8)]\n"
    expect(compiled(`${source}${uses}`, "/a.ts")).toContain(
      "[$html`<a>1</a>`, $html`<p>2</p>`, div({}, 3), b({}, 4), i({}, 5), (p => p({}, 6)), $html`<u>7</u>`, a({}, 8)]",
    )
    expect(
      compiled(
        `import * as tags from "./tags.ts" // nitro-ts/html\nconst { p } = tags\np({}, 1)`,
        "/a.ts",
      ),
    ).not.toContain("$html")
  })

  it("prints objects that are written out once", () => {
    expect(
      compiled("const a = <p style={{ color: 'red', zIndex: 1 }} class={{ a: true, b: false }}/>"),
    ).toContain('$html`<p style="color:red;z-index:1" class="a"></p>`')
  })

  it("does not run into the word before it", () => {
    expect(compiled("function f() { return<br/> }")).toContain("return $html`<br>`")
  })

  it("takes a name that the file does not use", () => {
    expect(compiled("const $html = 1, a = <br/>")).toContain("a = $html$`<br>`")
  })

  it("keeps every line where it was", () => {
    const source =
      'const a = (\n  <ul\n    id={x}\n    class="a"\n  >\r\n    text\n    {/* c */}\n    {y /* d */}\n\n    <li>a</li>\n  </ul>\n)\nafter()\n'
    const lines = compiled(source).split(/\r\n|\n/)
    const find = (text: string): number => lines.findIndex(line => line.includes(text)) + 1
    expect([find("${x}"), find("${y}"), find("after()")]).toEqual([3, 8, 13])
  })
})

describe("which files it touches", () => {
  const jsx = "export const a = <br/>\n"
  const isTouched = (source: string, path: string, isOurJsx: boolean): boolean =>
    compiled(source, path, isOurJsx) !== source

  it("compiles JSX where the project or the file says that it is ours", () => {
    expect(isTouched(jsx, "/a.tsx", true)).toBe(true)
    expect(isTouched(jsx, "/a.jsx", true)).toBe(true)
    expect(isTouched(jsx, "/a.tsx", false)).toBe(false)
    expect(isTouched(`/** @jsxImportSource nitro-ts/html */\n${jsx}`, "/a.tsx", false)).toBe(true)
    expect(isTouched(`/** @jsxImportSource preact */\n${jsx}`, "/a.tsx", true)).toBe(false)
    expect(isTouched(`/** @jsx h */\n${jsx}`, "/a.tsx", true)).toBe(false)
  })

  it("compiles calls whatever the JSX is, but not those of other modules, nor CommonJS", () => {
    const call = 'import { div } from "nitro-ts/html"\nconst a = div({}, 1)\n'
    for (const path of ["/a.ts", "/a.mts", "/a.js", "/a.mjs", "/a.tsx"])
      expect(isTouched(call, path, false), path).toBe(true)
    for (const path of ["/a.cts", "/a.cjs", "/a.d.ts"])
      expect(isTouched(call, path, true), path).toBe(false)
    expect(isTouched(call.replace("nitro-ts/html", "./nitro-ts/html"), "/a.ts", true)).toBe(false)
  })

  it("takes JSX of another runtime for code like any other", () => {
    const source =
      'import { div } from "nitro-ts/html"\nconst a = [div({}, <b/>, div({}, 1)), div(<b/>)]\n'
    expect(compiled(source, "/a.tsx", false)).toContain(
      "[$html`<div>${<b/>}<div>1</div></div>`, div(<b/>)]",
    )
    expect(compiled(source, "/a.tsx", true)).toContain(
      "[$html`<div><b></b><div>1</div></div>`, $html`<div><b></b></div>`]",
    )
  })

  it("leaves a file with a syntax error to the compiler that comes next", () => {
    expect(isTouched("const a = <br/>\nconst = 1", "/a.tsx", true)).toBe(false)
  })
})

it("compiles the tests and the examples without a syntax error, on the same lines", () => {
  const files = [
    ...filesBelow("src", /\.test(-d)?\.tsx$/),
    ...filesBelow("examples", /\.tsx?$/),
    ...filesBelow("test", /\.tsx$/),
  ]
  const touched = files.filter(({ path, text }) => {
    const code = compiled(text, `/${path}`, !path.startsWith("src/client"))
    if (code === text) return false
    expect(() => transformSync(code, { loader: "tsx", jsx: "automatic" }), path).not.toThrow()
    expect(code.split("\n").length, path).toBe(text.split("\n").length + 2)
    return true
  })
  expect(touched.length).toBeGreaterThan(8)
})
