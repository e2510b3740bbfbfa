// The repositories of one store, and which tables are made to fit together.
import type { EntityDefinition } from "../../../entity/store.ts"
import { SqlRepository, type SqlRepositoryOptions } from "./repository.ts"

/** The same for every class of the store. */
export interface RepositoriesOptions
  extends Omit<SqlRepositoryOptions, "definition" | "find" | "isBound"> {
  /** Whether the tables are taken to fit, without a look at them. */
  readonly trustsTables: boolean
  /** Called before a repository is made. Throws if the store may have no further one. */
  readonly claim?: (() => void) | undefined
}

export class Repositories {
  readonly #all = new Map<EntityDefinition, SqlRepository>()
  readonly #options: RepositoriesOptions

  constructor(options: RepositoriesOptions) {
    this.#options = options
  }

  get(definition: EntityDefinition): SqlRepository | undefined {
    return this.#all.get(definition)
  }

  /** The one repository of a class. */
  bind(definition: EntityDefinition): SqlRepository {
    const existing = this.#all.get(definition)
    if (existing !== undefined) return existing
    const { trustsTables, claim, ...shared } = this.#options
    claim?.()
    const repository = new SqlRepository({
      ...shared,
      definition,
      find: other => this.bind(other),
      isBound: name => this.named(name) !== undefined,
    })
    if (trustsTables) repository.trust()
    this.#all.set(definition, repository)
    return repository
  }

  /** Of several classes of one name the one that was bound last. */
  named(name: string): SqlRepository | undefined {
    return [...this.#all.values()].findLast(({ table }) => table.definition.name === name)
  }

  /**
   * The classes to prepare when a class is first used: the classes that it refers to, itself, and those that wait for a foreign key to
   * one of these. All others are independent.
   */
  concernedBy(
    repository: SqlRepository,
    isReady: (repository: SqlRepository) => boolean,
  ): SqlRepository[] {
    const fresh = new Set<SqlRepository>()
    const visit = (one: SqlRepository): void => {
      if (fresh.has(one) || isReady(one)) return
      fresh.add(one)
      for (const { references } of one.table.definition.fields) {
        const target = references === undefined ? undefined : this.named(references)
        if (target !== undefined) visit(target)
      }
    }
    visit(repository)
    const names = new Set([...fresh].map(({ table }) => table.definition.name))
    const waiting = [...this.#all.values()].filter(
      one => !fresh.has(one) && isReady(one) && lacksReference(one, names),
    )
    return [...[...fresh].reverse(), ...waiting]
  }
}

function lacksReference({ table, keeps }: SqlRepository, names: ReadonlySet<string>): boolean {
  return table.definition.fields.some(
    ({ references, name }) => references !== undefined && names.has(references) && !keeps.has(name),
  )
}
