// Differences between two schemas, as data.
import type { ColumnModel, ForeignKeyModel, IndexModel, TableModel } from "./model.ts"

export interface ColumnDifference {
  readonly from: ColumnModel
  readonly to: ColumnModel
  /** The values must be turned into others. */
  readonly type: boolean
  readonly nullable: boolean
  readonly default: boolean
  /** It begins to count up, or ends. */
  readonly serial: boolean
}

export interface TableDifference {
  /** After renames. */
  readonly from: TableModel
  readonly to: TableModel
  readonly added: readonly ColumnModel[]
  readonly dropped: readonly ColumnModel[]
  readonly changed: readonly ColumnDifference[]
  readonly addedIndexes: readonly IndexModel[]
  readonly droppedIndexes: readonly IndexModel[]
  /** Same columns, but the name holds a table or column that was renamed. */
  readonly renamedIndexes: readonly { readonly from: IndexModel; readonly to: IndexModel }[]
  readonly renamedForeignKeys: readonly {
    readonly from: ForeignKeyModel
    readonly to: ForeignKeyModel
  }[]
  readonly addedForeignKeys: readonly ForeignKeyModel[]
  readonly droppedForeignKeys: readonly ForeignKeyModel[]
  readonly primaryKey: boolean
}

export interface SchemaDifference {
  readonly created: readonly TableModel[]
  readonly dropped: readonly TableModel[]
  readonly altered: readonly TableDifference[]
}
