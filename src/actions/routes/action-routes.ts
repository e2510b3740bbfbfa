// The routes of an entity's actions: each loads its target, calls the method and saves what it changed.
import type { EntityInstance } from "../../entity/index.ts"
import { requireAhead } from "../../entity/internal.ts"
import { type ActionCall, type ActionDefinition, actionOf, type Input } from "../contract/action.ts"
import { type Exposure, type Outcome, operationOf, type Route } from "../contract/route.ts"
import { refuseChanged } from "./reading.ts"

type ActionMethod = (input: Input, call: ActionCall) => unknown

/** Every action of a class: methods of its instances, and static ones. */
export function actionRoutes(exposure: Exposure): Route[] {
  const { entity } = exposure
  const routes: Route[] = []
  const base = `/${entity.definition.plural}`
  for (const [name, method] of methodsOf(entity.prototype as object)) {
    const definition = actionOf(method)
    if (definition)
      routes.push(instanceAction(exposure, `${base}/:id/${definition.path}`, name, definition))
  }
  for (const [name, method] of methodsOf(entity)) {
    const definition = actionOf(method)
    if (definition)
      routes.push(staticAction(exposure, `${base}/${definition.path}`, name, definition))
  }
  return routes
}

/** What instance and static actions have alike. */
function actionRoute(
  exposure: Exposure,
  pattern: string,
  name: string,
  { method, input, needsKey, deadlineMs }: ActionDefinition,
): Omit<Route, "run"> {
  return { ...operationOf(exposure, name), method, pattern, input, needsKey, deadlineMs }
}

function instanceAction(
  exposure: Exposure,
  pattern: string,
  name: string,
  definition: ActionDefinition,
): Route {
  const { entity } = exposure
  return {
    ...actionRoute(exposure, pattern, name, definition),
    async run({ id, input, call }) {
      const target = (await requireAhead(entity, id)) as EntityInstance &
        Record<string, ActionMethod>
      const value = await target[name]?.(input, call)
      // The method may have saved or deleted it already.
      if (definition.method === "GET") refuseChanged(`${entity.definition.name}.${name}`, target)
      else if (!target.isNew && target.isDirty) await target.save()
      return outcome(value, definition)
    },
  }
}

function staticAction(
  exposure: Exposure,
  pattern: string,
  name: string,
  definition: ActionDefinition,
): Route {
  const { entity } = exposure
  return {
    ...actionRoute(exposure, pattern, name, definition),
    async run({ input, call }) {
      return outcome(
        await (entity as unknown as Record<string, ActionMethod>)[name]?.(input, call),
        definition,
      )
    },
  }
}

function outcome(value: unknown, definition: ActionDefinition): Outcome {
  return definition.status === undefined ? { value } : { value, status: definition.status }
}

/** Own and inherited methods up to the factory's base class, the nearest first. */
function methodsOf(start: object): Map<string, unknown> {
  const methods = new Map<string, unknown>()
  for (
    let holder: object | null = start;
    holder && holder !== Object.prototype && holder !== Function.prototype;
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (typeof value === "function" && !methods.has(name)) methods.set(name, value)
    }
    holder = Object.getPrototypeOf(holder) as object | null
  }
  return methods
}
