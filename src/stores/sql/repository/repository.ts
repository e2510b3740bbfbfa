// One repository for all SQL databases: it compiles, runs and explains; a dialect holds the differences.

import { whereIds } from "../../../entity/internal.ts"
import type {
  ColumnIncrement,
  EntityDefinition,
  EntityId,
  FieldDefinition,
  JoinPlan,
  Predicate,
  QueryPlan,
  Repository,
  Row,
  SelectPlan,
  Write,
} from "../../../entity/store.ts"
import { after, attempt, inOrder } from "../../../shared/maybe.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import { runSteps, toSteps } from "../compile/bulk.ts"
import { Compiler, type Statement } from "../compile/compiler.ts"
import {
  joinTable,
  rawStatement,
  selectStatement,
  tableWithTarget,
  updateStatement,
} from "../compile/statements.ts"
import type { Connections } from "../contract/connections.ts"
import type { Dialect } from "../contract/dialect.ts"
import type { Driver } from "../contract/driver.ts"
import { type DerivedIds, derivedIds } from "../table/derived-ids.ts"
import { explain, rawWriteError } from "../table/explain.ts"
import { type GeneratedIds, generatedIds } from "../table/generated-ids.ts"
import { type Target, warnOfReference } from "../table/schema-difference.ts"
import { describeTable, type Table } from "../table/table.ts"
import { isStorableId, RowParameters } from "./row-parameters.ts"

export interface SqlRepositoryOptions {
  readonly definition: EntityDefinition
  readonly dialect: Dialect
  readonly connections: Connections
  /** The store's name, for messages. */
  readonly store: string
  /** Makes the table fit; called before the first statement, until it sets `ready`. */
  readonly prepare: (repository: SqlRepository) => MaybePromise<void>
  /** Whether the table, though not `ready` for all, was made to fit by the transaction of this call. */
  readonly isReadyHere?: (repository: SqlRepository) => boolean
  /** Whether a class of this name is in the same store. */
  readonly isBound: (name: string) => boolean
  /** The store's repository of another class, for conditions on related rows. */
  readonly find: (definition: EntityDefinition) => SqlRepository
}

export class SqlRepository implements Repository {
  readonly table: Table
  /** Whether the table is known to fit the definition. The store sets it. */
  ready = false
  /** The fields whose references the database enforces, with the rule that the class declares. The store sets it. */
  keeps: ReadonlySet<string> = new Set()
  #trusts = false
  readonly #warned: Set<FieldDefinition> = new Set<FieldDefinition>()
  readonly #compiler: Compiler
  readonly #connections: Connections
  readonly #options: SqlRepositoryOptions
  readonly #parameters: RowParameters
  /** Columns that a duplicate can occur in. */
  readonly #unique: ReadonlySet<number>
  readonly #quietInsert: string | undefined
  readonly #bulkInsert: string | undefined
  /** Set if the id is not a column. */
  readonly #ids: DerivedIds | undefined
  /** Where the database fills in ids. */
  readonly #generated: GeneratedIds | undefined
  /** The statements of writes that have a condition, until they are run. */
  readonly #conditional = new WeakMap<Write, Statement>()
  readonly #joins = new WeakMap<SqlRepository, Compiler>()
  readonly #outerJoins = new WeakMap<SqlRepository, Compiler>()
  readonly #targets = new WeakMap<SqlRepository, Map<string, Compiler>>()

  constructor(options: SqlRepositoryOptions) {
    this.#options = options
    this.#connections = options.connections
    this.table = describeTable(options.definition, options.dialect)
    this.#compiler = new Compiler(this.table, options.dialect, this.#tableFor)
    const { definition, sql, stored } = this.table
    const { dialect } = options
    this.#unique = new Set(
      definition.unique.flat().map(name => definition.fieldByName.get(name)?.index ?? -1),
    )
    this.#quietInsert = dialect.quietInsert?.(this.#compiler.insert)
    this.#bulkInsert = dialect.bulkInsert?.(sql, stored)
    this.#ids = derivedIds(this.table, dialect)
    this.#parameters = new RowParameters(this.table, dialect, this.#ids !== undefined)
    this.#generated = generatedIds(this.table, dialect)
  }

  get(id: EntityId): MaybePromise<Row | undefined> {
    if (!this.#isReady()) return this.#afterPreparing(() => this.get(id))
    if (this.#ids !== undefined) return this.#getByParts(this.#ids, id)
    return attempt(
      () => this.#connections.read(driver => driver.get(this.#compiler.get, [id])),
      // No row has an id that cannot be stored.
      error => (isStorableId(id) ? this.#explainOrRepeat(error, () => this.get(id)) : undefined),
    )
  }

  #getByParts(ids: DerivedIds, id: EntityId): MaybePromise<Row | undefined> {
    const parameters = ids.parameters(id)
    if (parameters === undefined) return undefined
    return this.#attempt(() =>
      after(
        this.#connections.read(driver => driver.get(this.#compiler.get, parameters)),
        row => fill(ids, row),
      ),
    )
  }

  find(plan: QueryPlan): MaybePromise<Row[]> {
    if (!this.#isReady()) return this.#afterPreparing(() => this.find(plan))
    const { sql, parameters } = this.#compiler.find(plan)
    const read = (): MaybePromise<Row[]> =>
      this.#connections.read(driver => driver.all(sql, parameters))
    const run = this.#ids === undefined ? read : (): MaybePromise<Row[]> => this.#filled(read())
    return this.#unready.length === 0
      ? this.#attempt(run)
      : this.#whenReady(() => this.#attempt(run))
  }

  count(plan: QueryPlan): MaybePromise<number> {
    if (!this.#isReady()) return this.#afterPreparing(() => this.count(plan))
    const { sql, parameters } = this.#compiler.count(plan)
    // Counts come as text from Postgres.
    const run = (): MaybePromise<number> =>
      this.#connections.read(driver => after(driver.get(sql, parameters), row => Number(row?.[0])))
    return this.#unready.length === 0
      ? this.#attempt(run)
      : this.#whenReady(() => this.#attempt(run))
  }

  write(writes: readonly Write[]): MaybePromise<number[]> {
    if (!this.#isReady()) return this.#afterPreparing(() => this.write(writes))
    const [first] = writes
    if (first === undefined) return []
    // Of a thousand inserts, in a call that is too rare to be optimised: a loop would make an object for each step.
    writes.forEach(this.#prepareCondition)
    return this.#unready.length === 0
      ? this.#writeReady(writes, first)
      : this.#whenReady(() => this.#writeReady(writes, first))
  }

  readonly #prepareCondition = (write: Write): void => {
    if (write.op !== "insert" && write.where !== undefined)
      this.#conditional.set(write, this.#conditionalWrite(write, write.where))
  }

  #writeReady(writes: readonly Write[], first: Write): MaybePromise<number[]> {
    return attempt(
      () => (writes.length === 1 ? after(this.#writeOne(first), toList) : this.#writeAll(writes)),
      error => this.#explainOrRepeat(error, () => this.write(writes), writes),
    )
  }

  #writeOne(write: Write): MaybePromise<number> {
    const alone = (driver: Driver): MaybePromise<number> => this.#apply(driver, write)
    const quiet = this.#quietInsert
    if (quiet === undefined || !this.#connections.inTransaction)
      return this.#connections.write(alone)
    // Here an error would end the whole transaction, so what may fail for a duplicate does not, or has a savepoint.
    const guarded = (): MaybePromise<number> => this.#connections.atomic(alone)
    if (write.op === "update" && write.columns.some(column => this.#unique.has(column)))
      return guarded()
    if (write.op !== "insert") return this.#connections.write(alone)
    const touched = this.#connections.write(driver => this.#insert(driver, write.row, quiet))
    // The second insert says which value was taken.
    return after(touched, count => (count === 0 ? guarded() : count))
  }

  #writeAll(writes: readonly Write[]): MaybePromise<number[]> {
    const bulk = this.#bulkInsert
    if (bulk === undefined)
      return this.#connections.atomic(driver =>
        inOrder(writes, write => this.#apply(driver, write)),
      )
    const steps = toSteps(writes)
    const run = (driver: Driver): MaybePromise<number[]> =>
      runSteps(
        steps,
        write => this.#apply(driver, write),
        rows => this.#insertMany(driver, rows, bulk),
      )
    // A single statement is all or nothing already.
    return steps.length === 1 && !this.#connections.inTransaction
      ? this.#connections.write(run)
      : this.#connections.atomic(run)
  }

  deleteWhere(where: Predicate | undefined): MaybePromise<number> {
    if (!this.#isReady()) return this.#afterPreparing(() => this.deleteWhere(where))
    const { sql, parameters } = this.#compiler.deleteWhere(where)
    return this.#whenReady(() =>
      this.#attempt(() => this.#connections.write(driver => driver.run(sql, parameters))),
    )
  }

  updateWhere(
    where: Predicate | undefined,
    columns: readonly number[],
    values: readonly unknown[],
    increments: readonly ColumnIncrement[] = [],
  ): MaybePromise<number> {
    if (!this.#isReady())
      return this.#afterPreparing(() => this.updateWhere(where, columns, values, increments))
    return this.#attempt(() => {
      const bound = this.#parameters.ofColumns(columns, values)
      const { sql, parameters } = updateStatement(
        this.table,
        this.#options.dialect,
        where,
        columns,
        bound,
        increments,
        this.#tableFor,
      )
      const run = (driver: Driver): MaybePromise<number> => driver.run(sql, parameters)
      const mayCollide = [...columns, ...increments.map(({ column }) => column)].some(column =>
        this.#unique.has(column),
      )
      // Here an error would end the whole transaction.
      const guarded =
        mayCollide && this.#quietInsert !== undefined && this.#connections.inTransaction
      return this.#whenReady(() =>
        guarded ? this.#connections.atomic(run) : this.#connections.write(run),
      )
    })
  }

  select(plan: SelectPlan): MaybePromise<Row[]> {
    if (!this.#isReady()) return this.#afterPreparing(() => this.select(plan))
    const statement = selectStatement(this.table, this.#options.dialect, plan, this.#tableFor)
    return this.#whenReady(() => this.#attempt(() => this.#all(statement)))
  }

  join(plan: JoinPlan, right: Repository): MaybePromise<Row[]> {
    if (!this.#isReady()) return this.#afterPreparing(() => this.join(plan, right))
    const other = sqlRepository(right)
    if (!other.#isReady()) return other.#afterPreparing(() => this.join(plan, right))
    const joins = plan.outer === undefined ? this.#joins : this.#outerJoins
    let compiler = joins.get(other)
    if (compiler === undefined) {
      const { dialect } = this.#options
      compiler = new Compiler(
        joinTable(this.table, other.table, dialect, plan.outer !== undefined),
        dialect,
        this.#tableFor,
      )
      joins.set(other, compiler)
    }
    const statement = compiler.find(plan, plan.outer)
    return this.#whenReady(() => this.#attempt(() => this.#filled(this.#all(statement), other)))
  }

  findWithTarget(plan: QueryPlan, field: string, target: Repository): MaybePromise<Row[]> {
    if (!this.#isReady())
      return this.#afterPreparing(() => this.findWithTarget(plan, field, target))
    const other = sqlRepository(target)
    if (!other.#isReady())
      return other.#afterPreparing(() => this.findWithTarget(plan, field, target))
    let compilers = this.#targets.get(other)
    if (compilers === undefined) {
      compilers = new Map()
      this.#targets.set(other, compilers)
    }
    let compiler = compilers.get(field)
    if (compiler === undefined) {
      const { dialect } = this.#options
      compiler = new Compiler(
        tableWithTarget(this.table, field, other.table, dialect),
        dialect,
        this.#tableFor,
      )
      compilers.set(field, compiler)
    }
    const statement = compiler.find(plan)
    return this.#whenReady(() => this.#attempt(() => this.#filled(this.#all(statement), other)))
  }

  /** Takes the table as it is, with the references to all classes of the store. */
  trust(): void {
    this.ready = true
    this.#trusts = true
  }

  /** Says once that the database does not keep a reference. */
  warnOnce(field: FieldDefinition, target: Target): void {
    if (this.#warned.has(field)) return
    this.#warned.add(field)
    warnOfReference(this.#options.store, this.table.definition, field, target)
  }

  enforces(field: string): MaybePromise<boolean> {
    if (this.keeps.has(field) && this.#isReady()) return true
    if (this.#trusts)
      return this.#options.isBound(this.table.definition.fieldByName.get(field)?.references ?? "")
    return this.#isReady() ? false : this.#afterPreparing(() => this.keeps.has(field))
  }

  raw(text: readonly string[], values: readonly unknown[]): MaybePromise<Row[]> {
    if (!this.#isReady()) return this.#afterPreparing(() => this.raw(text, values))
    const { dialect, store } = this.#options
    const { sql, parameters } = rawStatement(this.table, dialect, text, values)
    const work = (driver: Driver): MaybePromise<Row[]> => driver.all(sql, parameters)
    return this.#attempt(() =>
      attempt(
        () =>
          this.#filled(
            locksRows(text) ? this.#connections.read(work) : this.#connections.readOnly(work),
          ),
        error => {
          if (dialect.classify(error).kind === "readOnly")
            throw rawWriteError(this.table.definition.name, store, error)
          throw error
        },
      ),
    )
  }

  /** Rows of this table, and of `other` behind them, with the ids that no column holds. */
  #filled(result: MaybePromise<Row[]>, other?: SqlRepository): MaybePromise<Row[]> {
    const ids = this.#ids
    const others = other === undefined ? undefined : other.#ids
    if (ids === undefined && others === undefined) return result
    const width = this.table.columns.length
    return after(result, rows => {
      for (const row of rows) {
        ids?.fill(row)
        others?.fill(row, width)
      }
      return rows
    })
  }

  #all({ sql, parameters }: Statement): MaybePromise<Row[]> {
    return this.#connections.read(driver => driver.all(sql, parameters))
  }

  #apply(driver: Driver, write: Write): MaybePromise<number> {
    if (write.op === "insert") return this.#insert(driver, write.row)
    const { id, version } = write
    if (!isStorableId(id)) return 0
    const conditional = this.#conditional.get(write)
    if (conditional !== undefined) return driver.run(conditional.sql, conditional.parameters)
    if (this.#ids !== undefined) return this.#applyByParts(driver, write, this.#ids)
    if (write.op === "delete")
      return driver.run(
        this.#compiler.delete(version !== undefined),
        version === undefined ? [id] : [id, version],
      )
    return this.#update(driver, write, version === undefined ? [id] : [id, version])
  }

  /** A write of the row with an id, if that fits a condition: the same as one of all rows that fit both. */
  #conditionalWrite(write: Exclude<Write, { op: "insert" }>, where: Predicate): Statement {
    const { id, version } = write
    const parts: Predicate[] = [whereIds(this.table.definition, [id]), where]
    if (version !== undefined) parts.push({ op: "eq", field: "version", value: version })
    const condition: Predicate = { op: "and", of: parts }
    if (write.op === "delete") return this.#compiler.deleteWhere(condition)
    const { columns, values } = write
    const bound = this.#parameters.ofColumns(columns, values)
    const { dialect } = this.#options
    return updateStatement(this.table, dialect, condition, columns, bound, [], this.#tableFor)
  }

  /** `quiet`: the insert that touches no row where a unique value is taken. */
  #insert(driver: Driver, row: Row, quiet?: string): MaybePromise<number> {
    const parameters = this.#parameters.ofRow(row)
    // Apart from the others: their functions would cost each insert of many.
    if (this.#generated !== undefined)
      return this.#insertNumbered(this.#generated, { driver, row, parameters, quiet })
    return driver.run(quiet ?? this.#compiler.insert, parameters)
  }

  /** Where the database fills in ids. */
  #insertNumbered(
    generated: GeneratedIds,
    {
      driver,
      row,
      parameters,
      quiet,
    }: {
      readonly driver: Driver
      readonly row: Row
      readonly parameters: readonly unknown[]
      readonly quiet: string | undefined
    },
  ): MaybePromise<number> {
    if (row[0] === null) return generated.insert(driver, row, parameters, quiet !== undefined)
    const touched = driver.run(quiet ?? this.#compiler.insert, parameters)
    return after(touched, count => after(generated.passed(driver, [row]), () => count))
  }

  #insertMany(driver: Driver, rows: readonly Row[], bulk: string): MaybePromise<unknown> {
    const insertAll = (): MaybePromise<unknown> => driver.run(bulk, this.#parameters.ofRows(rows))
    if (this.#generated === undefined) return insertAll()
    return this.#generated.insertMany(
      driver,
      rows,
      () => this.#parameters.ofRows(rows),
      insertAll,
      row => this.#insert(driver, row),
    )
  }

  #applyByParts(
    driver: Driver,
    write: Exclude<Write, { op: "insert" }>,
    ids: DerivedIds,
  ): MaybePromise<number> {
    const { version } = write
    const key = ids.parameters(write.id)
    if (key === undefined) return 0
    if (version !== undefined) key.push(version)
    if (write.op === "delete") return driver.run(this.#compiler.delete(version !== undefined), key)
    return this.#update(driver, write, key)
  }

  #update(
    driver: Driver,
    write: Extract<Write, { op: "update" }>,
    key: readonly unknown[],
  ): MaybePromise<number> {
    const values = this.#parameters.ofColumns(write.columns, write.values)
    const sql = this.#compiler.update(write.columns, write.version !== undefined)
    return driver.run(sql, [...values, ...key])
  }

  /** The repositories that conditions of the statement just written look into, and that are not ready yet. */
  #unready: SqlRepository[] = []

  readonly #tableFor = (definition: EntityDefinition): Table => {
    const other = this.#options.find(definition)
    if (!other.#isReady()) this.#unready.push(other)
    return other.table
  }

  /** Runs a statement, after the tables were made ready that its conditions look into. */
  #whenReady<T>(run: () => MaybePromise<T>): MaybePromise<T> {
    if (this.#unready.length === 0) return run()
    const others = this.#unready
    this.#unready = []
    return after(
      inOrder(others, other =>
        other.#isReady() ? undefined : other.#afterPreparing(() => undefined),
      ),
      run,
    )
  }

  #isReady(): boolean {
    return this.ready || this.#options.isReadyHere?.(this) === true
  }

  #afterPreparing<T>(next: () => MaybePromise<T>): MaybePromise<T> {
    return after(
      attempt(
        () => this.#options.prepare(this),
        error => this.#explain(error),
      ),
      next,
    )
  }

  #attempt<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    return attempt(work, error => this.#explainOrRepeat(error, () => this.#attempt(work)))
  }

  /** A call that waited for a transaction which had made the table, and was rolled back, finds no table: it makes one and goes on. */
  #explainOrRepeat<T>(
    error: unknown,
    repeat: () => MaybePromise<T>,
    writes: readonly Write[] = [],
  ): MaybePromise<T> {
    return this.#isReady() ? this.#explain(error, writes) : this.#afterPreparing(repeat)
  }

  /** Throws what the database said in our words; with the field, where one of `writes` has a value that cannot be bound. */
  #explain(error: unknown, writes: readonly Write[] = []): never {
    const { dialect, store } = this.#options
    const explained = explain(error, { dialect, store, table: this.table })
    throw this.#parameters.nameField(writes, explained)
  }
}

const toList = (touched: number): number[] => [touched]

function fill(ids: DerivedIds, row: Row | undefined): Row | undefined {
  if (row !== undefined) ids.fill(row)
  return row
}

/** A lock on rows lasts as long as its transaction, and one that only reads may hold none. */
function locksRows(text: readonly string[]): boolean {
  return text.some(part => /\bfor\s+(?:no\s+key\s+update|update|key\s+share|share)\b/i.test(part))
}

/** The store makes one of these for every class. */
function sqlRepository(repository: Repository): SqlRepository {
  if (repository instanceof SqlRepository) return repository
  throw new TypeError(`${repository.constructor.name} is not a repository of an SQL store.`)
}
