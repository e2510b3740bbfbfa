// The errors of SQL stores.
import { registerErrors } from "../../../shared/errors.ts"

registerErrors({
  NITRO_DRIVER_MISSING: {
    status: 500,
    when: "A store needs a client library that is not installed, or that does not load on this version of Node.",
    fix: "Run the install command that the message prints.",
  },
  NITRO_STORE_UNAVAILABLE: {
    status: 503,
    retryAfterSeconds: 5,
    when: "A database cannot be reached, opened, read or written: a wrong path or address, missing rights, a full disk, a damaged file, a lost connection.",
    fix: "Check the path or address, the rights and the free space of the place that the message names. After a lost connection, try again.",
  },
  NITRO_STORE_CLOSED: {
    status: 500,
    when: "A store is used after `close()`.",
    fix: "Close a store when nothing uses it any more.",
  },
  NITRO_SCHEMA_MISMATCH: {
    status: 500,
    when: "A table in the database does not fit its entity and cannot be changed without losing or guessing data.",
    fix: "Change the table with a migration, or the entity to fit the table.",
  },
  NITRO_TRANSACTION: {
    status: 500,
    when: "A transaction cannot go on: the database ended it after an error, or it waits for itself.",
    fix: "Let the error leave the transaction's function, and start a new transaction.",
  },
  NITRO_TRANSACTION_CONFLICT: {
    status: 409,
    audience: "client",
    when: "Two transactions were in each other's way (a serialization failure or a deadlock), and the database gave up this one.",
    fix: "Run the transaction again from its start; it may well succeed.",
  },
  NITRO_SQL: {
    status: 500,
    when: "The database refused a statement; `cause` is its own error.",
    fix: "Read the cause.",
  },
  NITRO_NO_FOREIGN_KEY: {
    status: 500,
    when: "A warning: a table has no foreign key for a reference of its entity, so only writes through entities keep it.",
    fix: "Add the foreign key by a migration.",
  },
})
