// A slider: a number between two ends, with its value beside it.
import { div, input, type Markup, output, span } from "../html/index.ts"
import { withClass } from "./attributes.ts"
import { inField, splitProps, tie } from "./field.ts"
import { type ControlProps, textOf } from "./input.ts"

export type SliderProps = ControlProps<"input", "type" | "value" | "min" | "max" | "step"> & {
  /** Default 0. */
  readonly min?: number | undefined
  /** Default 100. */
  readonly max?: number | undefined
  /** Default 1. */
  readonly step?: number | undefined
  /** Default: the middle. */
  readonly value?: number | undefined
  /** After the value: `" km"`. */
  readonly unit?: string | undefined
}

/** `<Slider label="Distance" name="distance" min={1} max={50} unit=" km" call={search} />`. */
export function Slider(props: SliderProps): Markup {
  const { frame, control } = splitProps(props)
  const { min = 0, max = 100, step = 1, value, unit, ...rest } = control
  const tied = tie(rest)
  const number =
    textOf(tied.value) ?? textOf(value) ?? String(min + Math.round((max - min) / 2 / step) * step)
  const { id } = tied.control
  return inField(
    frame,
    tied,
    div(
      { class: "slider", "data-slider": true },
      input({
        ...withClass("slider-input", tied.control),
        type: "range",
        min,
        max,
        step,
        value: number,
      }),
      // The kit's script keeps it in step with the slider, which a patch leaves where the user put it.
      output({ for: id, "data-ignore-morph": true, id: `${id}_value` }, span(number), unit),
    ),
  )
}
