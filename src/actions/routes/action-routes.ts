// The routes of an entity's actions: each loads its target, calls the method and saves what it changed.
import type { EntityInstance } from "../../entity/index.ts"
import { requireAhead } from "../../entity/internal.ts"
import type { ActionCall, ActionDefinition, Input } from "../contract/action.ts"
import { actionsOf, type ListedAction } from "../contract/actions-of.ts"
import { type Exposure, type Outcome, operationOf, type Route } from "../contract/route.ts"
import { refuseChanged } from "./reading.ts"

type ActionMethod = (input: Input, call: ActionCall) => unknown

/** Every action of a class: methods of its instances, and static ones. */
export function actionRoutes(exposure: Exposure): Route[] {
  return actionsOf(exposure.entity).map(action =>
    action.isStatic ? staticAction(exposure, action) : instanceAction(exposure, action),
  )
}

/** The common part of instance and static actions. */
function actionRoute(exposure: Exposure, action: ListedAction): Omit<Route, "run"> {
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
  }
}

function instanceAction(exposure: Exposure, action: ListedAction): Route {
  const { entity } = exposure
  const { name } = action
  return {
    ...actionRoute(exposure, action),
    async run({ id, input, call }) {
      const target = (await requireAhead(entity, id)) as EntityInstance &
        Record<string, ActionMethod>
      const value = await target[name]?.(input, call)
      // The method may have saved or deleted it already.
      if (action.method === "GET") refuseChanged(`${entity.definition.name}.${name}`, target)
      else if (!target.isNew && target.isDirty) await target.save()
      return outcome(value, action)
    },
  }
}

function staticAction(exposure: Exposure, action: ListedAction): Route {
  const { entity } = exposure
  return {
    ...actionRoute(exposure, action),
    async run({ input, call }) {
      return outcome(
        await (entity as unknown as Record<string, ActionMethod>)[action.name]?.(input, call),
        action,
      )
    },
  }
}

function outcome(value: unknown, { status }: ActionDefinition): Outcome {
  return status === undefined ? { value } : { value, status }
}
