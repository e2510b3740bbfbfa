// Declared events: the same object for the same name, process-wide, so that modules agree without importing each other.
import { NitroError } from "../../shared/errors.ts"
import "./errors.ts"
import { ModuleDeclarations } from "../../shared/module-evaluation.ts"
import { assertEventName } from "./names.ts"
import type { StandardSchema } from "./standard-schema.ts"
import type { EventType } from "./types.ts"

/** A registry's cached resolution of an event; without a root it is out of date. */
export interface Cached {
  readonly root: object | undefined
}

export class DeclaredEvent implements EventType {
  readonly name: string
  readonly namespace: string | undefined
  schema: StandardSchema | undefined = undefined
  afterCommit = false
  /** Written and read by registries alone. */
  cache: Cached | undefined = undefined

  constructor(name: string, namespace: string | undefined) {
    this.name = name
    this.namespace = namespace
  }

  toString(): string {
    return label(this.name, this.namespace)
  }
}

// Held for ever: a declaration is code. Events with names made from data are addressed by string, which stores nothing here.
const declared = new Map<string, Map<string, DeclaredEvent>>()

/**
 * `generation` grows when a schema or a pattern comes or goes: resolved lists of handlers made before are to be looked at again.
 * `schemas` grows with schemas alone, which change what an emission does.
 */
export const resolution: { generation: number; schemas: number } = { generation: 0, schemas: 0 }

function schemasChanged(): void {
  resolution.generation++
  resolution.schemas++
}

export interface Declaration {
  readonly schema?: StandardSchema | undefined
  readonly afterCommit?: boolean | undefined
}

const declarations = new ModuleDeclarations()

/** `called`: the function that the application called, for the module that it stands in. */
export function declareEvent(
  name: string,
  namespace: string | undefined,
  { schema, afterCommit }: Declaration = {},
  called: (...args: never[]) => unknown = declareEvent,
): DeclaredEvent {
  const evaluation =
    schema === undefined && afterCommit === undefined ? undefined : declarations.enter(called)
  const space = namespace ?? ""
  let events = declared.get(space)
  let existing = events?.get(name)
  if (!existing) {
    assertEventName(name)
    events ??= new Map()
    declared.set(space, events)
    existing = new DeclaredEvent(name, namespace)
    events.set(name, existing)
  }
  if (schema && schema !== existing.schema) {
    if (existing.schema) {
      throw new NitroError(
        "NITRO_EVENT_REDECLARED",
        `The event "${label(name, namespace)}" is already declared with another schema.`,
      )
    }
    existing.schema = schema
    schemasChanged()
  }
  if (afterCommit !== undefined && afterCommit !== existing.afterCommit) {
    existing.afterCommit = afterCommit
    schemasChanged()
  }
  const event = existing
  evaluation?.declared.add({ off: () => withdraw(event, schema, afterCommit) })
  return existing
}

function withdraw(
  event: DeclaredEvent,
  schema: StandardSchema | undefined,
  afterCommit: boolean | undefined,
): void {
  if (schema !== undefined && event.schema === schema) event.schema = undefined
  if (afterCommit === true) event.afterCommit = false
  schemasChanged()
}

export function findDeclared(
  name: string,
  namespace: string | undefined,
): DeclaredEvent | undefined {
  return declared.get(namespace ?? "")?.get(name)
}

/** For messages: `billing: paid`. */
export function label(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}: ${name}`
}
