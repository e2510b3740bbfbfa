// `forUpdate()`: locks the rows it reads until the unit of work ends.
import { NitroError } from "../../shared/errors.ts"
import type { Binding } from "../binding/bound-class.ts"
import { currentUnit } from "../binding/unit-of-work.ts"
import { queryError } from "../contract/errors.ts"
import type { QueryPlan } from "../contract/repository.ts"

/** The plan for the store. Without a unit of work a lock would end before it is of use. */
export function lockable({ model, store }: Binding, plan: QueryPlan): QueryPlan {
  if (plan.lock === undefined) return plan
  if (currentUnit() === undefined) {
    throw queryError(
      `A query of ${model.name} has forUpdate(), which locks until the unit of work ends, and none is open.`,
      "Await it inside of unitOfWork(...), or leave forUpdate() out.",
    )
  }
  const { lock: _, ...unlocked } = plan
  // One transaction at a time: no other transaction can change anything.
  if (store.capabilities.serialTransactions) return unlocked
  if (store.capabilities.forUpdate) return plan
  throw new NitroError(
    "NITRO_CAPABILITY",
    `A query of ${model.name} has forUpdate(), but ${store.name} lacks the capability "forUpdate".`,
    {
      fix: "Leave it out, and let `version: true` refuse the save of an outdated copy.",
      details: { entity: model.name, store: store.name, capability: "forUpdate" },
    },
  )
}
