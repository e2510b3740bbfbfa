// Every error code of this module.
import { registerErrors } from "../shared/errors.ts"

registerErrors({
  NITRO_CHANGE_LOG: {
    status: 500,
    when: "The option `changes` of nitro() is not a change log.",
    fix: "Pass an EventBus: memoryBus(), or your own log that passes busSuite.",
  },
  NITRO_LIVE_ITEM_ID: {
    status: 500,
    when: "The item of a live list does not carry the id of its entity on its outermost element, so no change could find it.",
    fix: "Write id={item.domId} on the outermost element that `each` returns, and return exactly one element.",
  },
  NITRO_LIVE_ARGUMENT: {
    status: 500,
    when: "`live` was called with a value that it cannot keep up to date.",
    fix: "Write live(query, Item), live(entity, Item), live(query.count()), or live(() => content, { on: [Entity, query] }).",
  },
})
