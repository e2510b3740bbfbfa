// The layout of a form: sections, rows and the bar with its buttons.

import {
  type Child,
  div,
  fieldset,
  h2,
  header,
  legend,
  type Markup,
  p,
  section,
} from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type Component, component } from "./component.ts"
import type { Words } from "./field.ts"

export interface FormSectionProps extends ElementProps<"section", "title"> {
  readonly title: Words
  readonly description?: Child
  readonly children?: Child
}

/** A part of a long form, with its title beside its fields where there is room. */
export function FormSection(props: FormSectionProps, ...content: Child[]): Markup {
  const { title, description, children, ...rest } = ownProps(props)
  return section(
    withClass("form-section", rest),
    header(h2(title), description !== undefined && p(description)),
    div({ class: "form-fields" }, content.length > 0 ? content : children),
  )
}

export interface FormRowProps extends ElementProps<"div"> {
  /** Columns where there is room; on a phone there is one. Default: as many as there are fields. */
  readonly columns?: 1 | 2 | 3 | 4 | undefined
}

/** Fields side by side. */
export const FormRow: Component<FormRowProps> = component(({ columns, children, ...rest }) =>
  div({ "data-columns": columns, ...withClass("form-row", rest) }, children),
)

export interface FieldsetProps extends ElementProps<"fieldset"> {
  readonly legend: Words
  readonly description?: Child
  readonly children?: Child
}

/** Fields that belong together, read out as a group. */
export function Fieldset(props: FieldsetProps, ...content: Child[]): Markup {
  const { legend: text, description, children, ...rest } = ownProps(props)
  return fieldset(
    withClass("fieldset", rest),
    legend(text),
    description !== undefined && p(description),
    div({ role: "presentation", class: "form-fields" }, content.length > 0 ? content : children),
  )
}

export interface FormActionsProps extends ElementProps<"div"> {
  /** Default `"end"`. */
  readonly align?: "start" | "end" | "between" | undefined
  /** Stays in sight at the lower edge of the window. */
  readonly sticky?: boolean | undefined
}

/** The buttons of a form. */
export const FormActions: Component<FormActionsProps> = component(
  ({ align = "end", sticky, children, ...rest }) =>
    div(
      { "data-align": align, "data-sticky": sticky, ...withClass("form-actions", rest) },
      children,
    ),
)
