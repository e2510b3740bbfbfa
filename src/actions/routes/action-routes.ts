// The routes of an entity's actions: each loads its target, calls the method and saves what it changed.
import { requireAhead } from "../../entity/internal.ts"
import type { ActionCall, ActionDefinition, Input } from "../contract/action.ts"
import { actionsOf, type ListedAction } from "../contract/actions-of.ts"
import { type Exposure, type Outcome, operationOf, type Route } from "../contract/route.ts"
import { assertMatch, isConditional } from "../reply/entity-tag.ts"
import { refuseChanged } from "./reading.ts"

type ActionMethod = (input: Input, call: ActionCall) => unknown

/** Every action of a class: methods of its instances, and static ones. */
export function actionRoutes(exposure: Exposure): Route[] {
  return actionsOf(exposure.entity).map(action => actionRoute(exposure, action))
}

function actionRoute(exposure: Exposure, action: ListedAction): Route {
  const { entity } = exposure
  const { name, route, method, input, pathInputs, needsKey, deadlineMs, unitOfWork } = action
  return {
    ...operationOf(exposure, name),
    action,
    method,
    pattern: route,
    input,
    pathInputs,
    needsKey,
    deadlineMs,
    hasNoUnit: !unitOfWork,
    async run({ id, input, call, request }) {
      const target = action.isStatic
        ? undefined
        : await requireAhead(entity, id, isConditional(request))
      if (target !== undefined && method !== "GET")
        assertMatch(request, target, entity.definition.name)
      // `actionsOf` found a method of this name there.
      const holder = (target ?? entity) as unknown as Readonly<Record<string, ActionMethod>>
      const value = await holder[name]?.(input, call)
      if (target === undefined) return outcome(value, action)
      // The method may have saved or deleted it already.
      if (method === "GET") refuseChanged(`${entity.definition.name}.${name}`, target)
      else if (!target.isNew && target.isDirty) await target.save()
      return outcome(value, action)
    },
  }
}

function outcome(value: unknown, { status }: ActionDefinition): Outcome {
  return status === undefined ? { value } : { value, status }
}
