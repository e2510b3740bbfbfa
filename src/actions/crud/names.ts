// The names of fields and relations that a list takes from outside. One that its reader may not see is refused like one that is not there.
import type { ListedRelation } from "../../entity/index.ts"
import type { EntityDefinition, FieldDefinition } from "../../entity/store.ts"
import { suggest } from "../../shared/suggest.ts"
import { currentRequest } from "../context/request-context.ts"
import { isAllowed } from "../contract/allow.ts"
import { badRequest } from "./parameters.ts"

export type Purpose = "filter by" | "sort by" | "show"

/** Relations that a name may go through: `category.parent.name` are two. */
export const maxSteps = 3

/** Whether the reader of a list may list the entities of a class too. */
export type Reach = (target: EntityDefinition) => Promise<boolean>

/** @throws NITRO_BAD_REQUEST. `before`: the relations that lead to the definition. */
export function visibleField(
  definition: EntityDefinition,
  name: string,
  purpose: Purpose,
  before: readonly string[] = [],
): FieldDefinition {
  const field = definition.fieldByName.get(name)
  if (field !== undefined && field.hidden !== true) return field
  throw unknownName(definition, [...before, name], `field to ${purpose}`)
}

/** The relation, if the reader may list its targets, and those of the class in between. `path`: the whole name, for messages. @throws NITRO_BAD_REQUEST */
export async function visibleRelation(
  definition: EntityDefinition,
  name: string,
  kind: `field to ${Purpose}` | "relation to include",
  reach: Reach,
  path: readonly string[],
): Promise<ListedRelation> {
  const relation = definition.relations.get(name)
  if (relation !== undefined && !restsOnHidden(definition, relation)) {
    const { target, through } = relation
    const isOpen =
      (await reach(target.definition)) &&
      (through === undefined || (await reach(through.entity.definition)))
    if (isOpen) return relation
  }
  throw unknownName(definition, path, kind)
}

/** Rows related by a hidden field would reveal its value. */
export function restsOnHidden(
  definition: EntityDefinition,
  { local, remote, target, through }: ListedRelation,
): boolean {
  const isHidden = (of: EntityDefinition, name: string): boolean =>
    of.fieldByName.get(name)?.hidden === true
  if (isHidden(definition, local)) return true
  return through === undefined
    ? isHidden(target.definition, remote)
    : isHidden(through.entity.definition, through.from) ||
        isHidden(through.entity.definition, through.to)
}

function unknownName(
  { name, fields }: EntityDefinition,
  path: readonly string[],
  kind: string,
): Error {
  const [noun = "", ...purpose] = kind.split(" ")
  const text = path.join(".").slice(0, 100)
  const last = path.at(-1) ?? ""
  const visible = fields.filter(({ hidden }) => hidden !== true).map(field => field.name)
  return badRequest(
    `${name} has no ${noun} "${text}" ${purpose.join(" ")}.`,
    noun === "field" ? suggest(last, visible) : undefined,
  )
}

/** The classes that the user of the request may list, by their rules: to read one by its id opens no others. */
export function reachableFrom(request: Request): Reach {
  const verdicts = new Map<EntityDefinition, Promise<boolean>>()
  return target => {
    let isOpen = verdicts.get(target)
    if (isOpen === undefined) {
      isOpen = mayList(target, request)
      verdicts.set(target, isOpen)
    }
    return isOpen
  }
}

async function mayList(target: EntityDefinition, request: Request): Promise<boolean> {
  const current = currentRequest()
  const exposure = current?.app.exposures.find(({ entity }) => entity.definition === target)
  const operation = "list"
  if (current === undefined || !exposure?.crud.includes(operation)) return false
  if (exposure.allow === undefined) return true
  const route = current.app.routes.find(
    each => each.entity === target.name && each.operation === operation,
  )
  if (route === undefined) return false
  return isAllowed(
    exposure.allow,
    { operation, route, user: current.user, request },
    { input: async () => ({}) },
  )
}
