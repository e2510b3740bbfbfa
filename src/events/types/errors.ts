// The error codes of the events module.
import { registerErrors } from "../../shared/errors.ts"

registerErrors({
  NITRO_EVENT_NAME: {
    status: 500,
    when: "An event or namespace name is empty, has an empty segment, or holds characters of the pattern language.",
    fix: "Use segments joined by dots, such as `order.placed`; patterns belong in `on`.",
  },
  NITRO_EVENT_PATTERN: {
    status: 500,
    when: "A subscription pattern cannot be read.",
    fix: "Close every `[`, and keep `**` alone in its segment.",
  },
  NITRO_EVENT_REDECLARED: {
    status: 500,
    when: "An event was declared twice with two different schemas.",
    fix: "Declare the event once, export it, and import it where it is used.",
  },
  NITRO_EVENT_PAYLOAD: {
    status: 422,
    when: "The payload of an emission does not satisfy the event's schema; no handler ran.",
    fix: "Emit a payload that matches the schema of the event.",
  },
  NITRO_EVENT_ASYNC_SCHEMA: {
    status: 500,
    when: "`emitSync` met a schema that validates asynchronously.",
    fix: "Use `await emit(...)` for this event, or make its schema synchronous.",
  },
  NITRO_EVENT_AFTER_COMMIT: {
    status: 500,
    when: "Inside of a unit of work, an event that waits for the commit was streamed, or emitted with an option that needs its handlers at once.",
    fix: 'Leave out `stopWhen` and `onError: "throw"`, or declare the event without `afterCommit`.',
  },
  NITRO_EVENT_TIMEOUT: {
    status: 504,
    when: "A handler did not settle within its `timeoutMs`.",
    fix: "Make the handler faster, raise `timeoutMs`, or stop waiting when `ctx.signal` aborts.",
  },
  NITRO_EVENT_LOOP: {
    status: 500,
    when: "Handlers emit events that reach themselves again, deeper than the registry's `maxDepth`.",
    fix: "Break the cycle shown in the message, or raise `createEvents({ maxDepth })` if the depth is meant.",
  },
  NITRO_EVENT_HANDLER: {
    status: 500,
    when: "A handler threw `undefined`, or a subscription was given something that is not a function.",
    fix: "Throw an Error, and subscribe functions.",
  },
  NITRO_BUS_CURSOR: {
    status: 400,
    when: "Two cursors were compared that are not from the same epoch of one change log, or one is malformed.",
    fix: "Take a snapshot and go on from the bus's present cursor.",
  },
})
