// The error codes of the component kit.
import { type ErrorEntry, registerErrors } from "../shared/errors.ts"

export type ComponentErrorCode = "NITRO_CHART_DATA"

registerErrors<Record<ComponentErrorCode, ErrorEntry>>({
  NITRO_CHART_DATA: {
    status: 500,
    when: "A chart was given values that it cannot draw: not a number, infinite, or not as many as there are places for.",
    fix: "Give one finite number for each place on the x axis, or null where there is no value.",
  },
})
