// Templates that must and must not compile.
// biome-ignore-all lint/a11y: wrong markup is what is tested
// biome-ignore-all lint/correctness/noVoidElementsWithChildren: wrong markup is what is tested
// biome-ignore-all lint/security/noDangerouslySetInnerHtml: wrong markup is what is tested
import {
  Boundary,
  type Child,
  Div,
  div,
  H1,
  html,
  input,
  type Markup,
  Page,
  svg,
} from "nitro-ts/html"
import { Expression } from "../shared/expression.ts"

const expression = new Expression<boolean>("$a")
const text = String(Math.random())

// Elements, attributes and their values.
export const fine: Markup[] = [
  <a
    href="/x"
    target="_blank"
    hidden={false}
    aria-current="page"
    data-anything={{ any: "thing" }}
    rel="noopener"
  >
    x{1}
    {null}
    {false}
    {["a", <b>b</b>]}
    {Promise.resolve("later")}
  </a>,
  <input type="checkbox" checked value={1} maxlength={3} />,
  <button
    type="submit"
    disabled
    data-on:click={expression}
    data-on:click__prevent={expression}
    class={["a", { b: true }]}
    style={{ color: "red" }}
  />,
  <div
    data-signals={{ a: 1, b: [expression] }}
    data-bind="name"
    data-show={expression}
    data-ignore
  />,
  <svg viewBox="0 0 1 1">
    <linearGradient id="g" gradientUnits="userSpaceOnUse" />
  </svg>,
  <my-element anything="goes">x</my-element>,
  <div class={Math.random() > 0.5 && "a"} id={undefined} tabindex={-1} contenteditable={false} />,
  div(
    { id: "a", class: { b: true }, data_foo: 1, aria_label: "x", on_click: expression },
    "text",
    [1, 2],
  ),
  div("text", { hidden: true }),
  Div({ cls: "c" })("x"),
  H1("x"),
  svg({ viewBox: "0 0 1 1", "stroke-width": 2 }),
  input({ type: "email", required: true }),
  html`<p>${text}</p>`,
  Page({ title: "T" }, "x"),
]

// @ts-expect-error there is no such input type
export const wrongEnumeration = <input type="txt" />
// @ts-expect-error href is an address
export const wrongValue = <a href={5}>x</a>
// @ts-expect-error an element has no such attribute
export const wrongAttribute = <div href="/x" />
// @ts-expect-error there is no such element
export const wrongElement = <dvi />
// @ts-expect-error text is no expression
export const textAsCode = <button data-on:click="$a++" />
// @ts-expect-error text is no expression, with a modifier
export const textAsCodeWithModifier = <button data-on:click__prevent={text} />
// @ts-expect-error text is no expression
export const textAsCondition = <p data-show="$a" />
// @ts-expect-error handlers do not exist
export const handler = <button onclick="f()" />
// @ts-expect-error handlers do not exist, as functions neither
export const handlerFunction = <button onClick={() => 1} />
// @ts-expect-error there is no such thing
export const inner = <div dangerouslySetInnerHTML={{ __html: text }} />
// @ts-expect-error void elements have no children
export const voidChildren = <br>x</br>
// @ts-expect-error a date is no child
export const dateAsChild = <p>{new Date()}</p>
// @ts-expect-error a function is no child
export const functionAsChild = <p>{() => 1}</p>
// @ts-expect-error there is no such input type
export const tagWrongEnumeration = input({ type: "txt" })
// @ts-expect-error an element has no such attribute
export const tagWrongAttribute = div({ href: "/x" })
// @ts-expect-error text is no expression
export const tagTextAsCode = div({ "data-on:anything__debounce.5ms": "$a++" })
// @ts-expect-error text is no expression
export const tagTextInUnderscores = div({ on_click: "$a++" }, "x")
// @ts-expect-error a date is no child
export const tagDate = div(new Date())
// @ts-expect-error a page has a title
export const noTitle = <Page>x</Page>

// Components: their own attributes, async ones, and whatever can be a child.
const Greeting = ({ name, children }: { name: string; children?: Child }): Markup => (
  <p>
    {name}
    {children}
  </p>
)
const Later = async ({ id }: { id: number }): Promise<Child> => <b>{id}</b>
const Nothing = (): null => null
const Several = (): Child[] => ["a", 1]
export const components = (
  <Boundary fallback={error => <p>{String(error)}</p>}>
    <Greeting name="x" key={1}>
      x
    </Greeting>
    <Later id={1} />
    <Nothing />
    <Several />
    <Div class="x">y</Div>
  </Boundary>
)
// @ts-expect-error a component says what it takes
export const missing = <Greeting />
// @ts-expect-error a component says what it takes
export const wrongProp = <Later id="x" />
const NotChild = (): Date => new Date()
// @ts-expect-error a component returns a child
export const notChild = <NotChild />
