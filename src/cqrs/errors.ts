// Every error code of this module.
import { registerErrors } from "../shared/errors.ts"

registerErrors({
  NITRO_CQRS_DEFINITION: {
    status: 500,
    when: "A command, a query or one of the functions around them was declared or called in a way that cannot work.",
    fix: "Declare as in class PlaceOrder extends Command('PlaceOrder', { orderId: z.string() }) {}.",
  },
  NITRO_CQRS_INPUT: {
    status: 422,
    audience: "client",
    when: "A command or query was made of values that do not fit its fields. Nothing was run.",
    fix: "Correct the fields that `details.issues` names.",
  },
  NITRO_CQRS_TWO_HANDLERS: {
    status: 500,
    when: "A second handler was given for a command or query, which has exactly one.",
    fix: "Remove one of the two. To let several parties react, emit an event: on(...).",
  },
  NITRO_CQRS_NO_HANDLER: {
    status: 500,
    when: "A command or query was sent, and no handler has been given for it.",
    fix: "Call handle(...) for it, and import the file that does so where the application starts.",
  },
  NITRO_CQRS_NEXT: {
    status: 500,
    when: "A middleware of commands and queries called `next` twice or after it had ended, or neither called it nor returned a result.",
    fix: "Call next() exactly once and await it: `return await next()`. To try again, give the handler `retry`. To skip the handler, return a result.",
  },
  NITRO_CQRS_RESULT: {
    status: 500,
    when: "A handler returned a result that does not match the `returns` of its command or query. Its writes were rolled back.",
    fix: "Correct the handler, or what the command or query declares.",
  },
})
