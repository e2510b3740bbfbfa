// Reads the tables of the current schema of a Postgres database.

import { catalogNames, catalogRows } from "../contract/catalog-rows.ts"
import { postgresDialect } from "../postgres/dialect.ts"
import type { Executor } from "./executor.ts"
import type {
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  LiveSchema,
  OnDelete,
  TableModel,
} from "./model.ts"

type Reader = Pick<Executor, "all">

const inSchema = "c.relnamespace = (select oid from pg_namespace where nspname = current_schema())"

export async function introspectPostgres(executor: Reader): Promise<LiveSchema> {
  const names = await executor.all(
    `select c.relname::text from pg_class c where c.relkind in ('r', 'p') and ${inSchema} order by 1`,
  )
  const columns = await readColumns(executor)
  const indexes = await readIndexes(executor)
  const keys = await readPrimaryKeys(executor)
  const foreignKeys = await readForeignKeys(executor)
  const tables = catalogRows(names, "text").map(([table]): TableModel => {
    return {
      name: table,
      columns: columns.get(table) ?? [],
      primaryKey: keys.get(table) ?? [],
      indexes: indexes.get(table) ?? [],
      foreignKeys: foreignKeys.get(table) ?? [],
    }
  })
  // Nothing is made anew in Postgres, so nothing beyond the model can get lost.
  return { schema: { dialect: postgresDialect.name, tables }, beyond: new Map() }
}

async function readColumns(executor: Reader): Promise<Map<string, ColumnModel[]>> {
  const rows = await executor.all(
    `select c.relname::text, a.attname::text, 
      format_type(a.atttypid, a.atttypmod) || case when l.oid is null then '' else ' collate ' || quote_ident(l.collname) end, a.attnotnull,
      case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
      a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false)
        and pg_get_serial_sequence(quote_ident(c.relname), a.attname) is not null
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
      left join pg_collation l on l.oid = a.attcollation and l.oid <> t.typcollation left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relkind in ('r', 'p') and ${inSchema} and a.attnum > 0 and not a.attisdropped order by c.relname, a.attnum`,
  )
  return grouped(
    catalogRows(rows, "text", "text", "text", "boolean", "text?", "boolean"),
    ([, name, type, notNull, value, serial]) => ({
      name,
      type,
      nullable: !notNull,
      ...(value === null || serial ? {} : { default: value }),
      ...(serial ? { serial: true } : {}),
    }),
  )
}

/** Partial indexes and those on expressions promise something else, and are left alone. */
async function readIndexes(executor: Reader): Promise<Map<string, IndexModel[]>> {
  const rows = await executor.all(
    `select c.relname::text, i.relname::text, x.indisunique,
      exists (select 1 from pg_constraint k where k.conindid = x.indexrelid and k.contype = 'u'),
      (select json_agg(a.attname order by k.position)::text from unnest(x.indkey::int2[]) with ordinality k(number, position)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number where k.position <= x.indnkeyatts)
    from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
    where ${inSchema} and not x.indisprimary and x.indpred is null and x.indexprs is null and x.indislive order by 1, 2`,
  )
  return grouped(
    catalogRows(rows, "text", "text", "boolean", "boolean", "text"),
    ([, name, unique, constraint, columns]) => ({
      name,
      columns: catalogNames(columns),
      unique,
      ...(constraint ? { constraint: true } : {}),
    }),
  )
}

async function readPrimaryKeys(executor: Reader): Promise<Map<string, string[]>> {
  const rows = await executor.all(
    `select c.relname::text, a.attname::text from pg_constraint k join pg_class c on c.oid = k.conrelid
      cross join unnest(k.conkey) with ordinality u(number, position) join pg_attribute a on a.attrelid = c.oid and a.attnum = u.number
    where k.contype = 'p' and ${inSchema} order by 1, u.position`,
  )
  return grouped(catalogRows(rows, "text", "text"), ([, name]) => name)
}

const rules: Readonly<Record<string, OnDelete>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
}

async function readForeignKeys(executor: Reader): Promise<Map<string, ForeignKeyModel[]>> {
  const names = (relation: string, numbers: string): string =>
    `(select json_agg(a.attname order by u.position)::text from unnest(${numbers}) with ordinality u(number, position)
      join pg_attribute a on a.attrelid = ${relation} and a.attnum = u.number)`
  const rows = await executor.all(
    `select c.relname::text, k.conname::text, ${names("k.conrelid", "k.conkey")}, t.relname::text, ${names("k.confrelid", "k.confkey")},
      k.confdeltype::text, k.condeferred
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    where k.contype = 'f' and ${inSchema} order by 1, 2`,
  )
  return grouped(
    catalogRows(rows, "text", "text", "text", "text", "text", "text", "boolean"),
    ([, name, columns, table, references, rule, deferred]) => ({
      name,
      columns: catalogNames(columns),
      table,
      references: catalogNames(references),
      onDelete: rules[rule] ?? "no action",
      deferred,
    }),
  )
}

function grouped<R extends [string, ...unknown[]], T>(
  rows: readonly R[],
  read: (row: R) => T,
): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) groups.set(row[0], [...(groups.get(row[0]) ?? []), read(row)])
  return groups
}
