// The actions of a class: its methods, and those that it inherits, that are marked as actions.
import type { EntityClass } from "../../entity/index.ts"
import { type ActionDefinition, actionOf } from "./action.ts"

/** An action with its place in a class. */
export interface ListedAction extends ActionDefinition {
  /** Called on the class, and not on one entity. */
  readonly isStatic: boolean
  /** `/todos/:id/toggle`, without the base path of an app. */
  readonly route: string
}

/**
 * Every action of a class with its options, its input and its route, whether an app lists the class or not. Those of instances
 * come first.
 */
export function actionsOf(entity: EntityClass): readonly ListedAction[] {
  const base = `/${entity.definition.plural}`
  return [...listed(entity.prototype, `${base}/:id/`, false), ...listed(entity, `${base}/`, true)]
}

function listed(start: object, prefix: string, isStatic: boolean): ListedAction[] {
  const actions: ListedAction[] = []
  for (const [name, method] of methodsOf(start)) {
    const definition = actionOf(method)
    if (definition !== undefined)
      actions.push({ ...definition, name, isStatic, route: prefix + definition.path })
  }
  return actions
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
    holder = Object.getPrototypeOf(holder)
  }
  return methods
}
