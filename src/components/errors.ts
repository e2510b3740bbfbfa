// The error codes of the component kit.
import { type ErrorEntry, registerErrors } from "../shared/errors.ts"

export type ComponentErrorCode = "NITRO_CALL_CONTROL" | "NITRO_CHART_DATA"

registerErrors<Record<ComponentErrorCode, ErrorEntry>>({
  NITRO_CALL_CONTROL: {
    status: 500,
    when: "`ActionButton` or `ActionInput` is given a `type` with which its form would do nothing: `button` or `reset`, for example.",
    fix: 'Leave `type` out: the button of a form sends it. A button that only runs an expression is <button type="button" data-on:click={…}>.',
  },
  NITRO_CHART_DATA: {
    status: 500,
    when: "A chart was given values that it cannot draw: not a number, infinite, or not as many as there are places for.",
    fix: "Give one finite number for each place on the x axis, or null where there is no value.",
  },
})
