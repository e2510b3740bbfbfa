// A framed part of a page: a field to add with, a list whose lines are edited in place, a footer.
import { section } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type Component, component } from "./component.ts"

export type PanelProps = ElementProps<"section">

/** `<Panel><ActionInput … />{live(Todo.all(), Item)}<footer>…</footer></Panel>`. */
export const Panel: Component<PanelProps> = component(({ children, ...rest }) =>
  section(withClass("list-panel", rest), children),
)
