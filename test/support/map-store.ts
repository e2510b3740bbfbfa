// A store over a Map, written with public imports alone. It keeps rows and unique values, and says that it has no transactions.
import {
  type Capabilities,
  compileOrder,
  compilePredicate,
  duplicateError,
  type Encoding,
  type EntityDefinition,
  type EntityId,
  isStorable,
  type Predicate,
  type QueryPlan,
  type Repository,
  type Row,
  type Store,
  unstorableError,
  type Write,
} from "nitro-ts/store"

export class MapStore implements Store {
  readonly name = "map()"
  readonly capabilities: Capabilities = {
    transactions: false,
    serialTransactions: false,
    forUpdate: false,
    durable: false,
    ttl: false,
    unique: true,
    generatedIds: false,
    foreignKeys: false,
    relations: false,
    jsonPaths: true,
  }
  readonly encoding: Encoding = {
    number: { encode: (value: number) => value + 0, decode: (value: number) => value },
    integer: { encode: (value: number) => value + 0, decode: (value: number) => value },
    date: { encode: (date: Date) => date.getTime(), decode: (ms: number) => new Date(ms) },
    json: {
      encode: (value: unknown) => JSON.stringify(value),
      decode: (text: string) => JSON.parse(text) as unknown,
    },
    bytes: {
      encode: (bytes: Uint8Array) => bytes.slice(),
      decode: (bytes: Uint8Array) => bytes.slice(),
    },
  }
  readonly #tables = new Map<EntityDefinition, MapRepository>()

  bind(definition: EntityDefinition): Repository {
    const table = this.#tables.get(definition) ?? new MapRepository(definition)
    this.#tables.set(definition, table)
    return table
  }

  close(): void {
    this.#tables.clear()
  }
}

class MapRepository implements Repository {
  readonly #definition: EntityDefinition
  readonly #rows = new Map<EntityId, Row>()

  constructor(definition: EntityDefinition) {
    this.#definition = definition
  }

  get(id: EntityId): Row | undefined {
    return this.#rows.get(id)?.slice()
  }

  find({ where, orderBy, offset = 0, limit = Number.POSITIVE_INFINITY }: QueryPlan): Row[] {
    const rows = this.#matching(where).sort(
      compileOrder<Row>(orderBy, this.#read, this.#definition.key),
    )
    return rows.slice(offset, offset + limit).map(row => row.slice())
  }

  count(plan: QueryPlan): number {
    return this.find(plan).length
  }

  write(writes: readonly Write[]): number[] {
    return writes.map(write => this.#apply(write))
  }

  deleteWhere(where: Predicate | undefined): number {
    return this.#matching(where).filter(row => this.#rows.delete(row[0] as EntityId)).length
  }

  #apply(write: Write): number {
    if (write.op === "insert") return this.#keep(write.row.slice(), true)
    const row = this.get(write.id)
    const version = this.#definition.fieldByName.get("version")?.index ?? -1
    if (row === undefined || (write.version !== undefined && row[version] !== write.version))
      return 0
    if (write.where !== undefined && !this.#matching(write.where).some(one => one[0] === write.id))
      return 0
    if (write.op === "delete") return this.#rows.delete(write.id) ? 1 : 0
    write.columns.forEach((column, at) => {
      row[column] = write.values[at]
    })
    return this.#keep(row, false)
  }

  #keep(row: Row, isNew: boolean): number {
    const { name, fields, fieldByName, unique } = this.#definition
    for (const field of fields)
      if (!isStorable(row[field.index])) throw unstorableError(name, field.name, row[field.index])
    if (isNew && this.#rows.has(row[0] as EntityId))
      throw duplicateError(name, this.#definition.key)
    for (const set of unique) {
      const columns = set.map(field => fieldByName.get(field)?.index ?? -1)
      const same = (other: Row): boolean =>
        other[0] !== row[0] &&
        columns.every(column => row[column] !== null && other[column] === row[column])
      if ([...this.#rows.values()].some(same)) throw duplicateError(name, set)
    }
    this.#rows.set(row[0] as EntityId, row)
    return 1
  }

  #matching(where: Predicate | undefined): Row[] {
    const rows = [...this.#rows.values()]
    return where === undefined ? rows : rows.filter(compilePredicate<Row>(where, this.#read))
  }

  readonly #read = (field: string): ((row: Row) => unknown) => {
    const { index, type } = this.#definition.fieldByName.get(field) ?? { index: -1 }
    // Conditions may look inside of JSON.
    return type === "json"
      ? row => row[index] && JSON.parse(row[index] as string)
      : row => row[index]
  }
}
