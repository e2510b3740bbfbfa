// The errors of migrations.
import { registerErrors } from "../../../shared/errors.ts"

registerErrors({
  NITRO_MIGRATION_CONSENT: {
    status: 500,
    when: "Steps of a migration lose data, and no consent was given. `details.steps` lists them.",
    fix: "Read the steps. Pass `yes: true` if the data may go.",
  },
  NITRO_MIGRATION_BACKFILL: {
    status: 500,
    when: "A column shall refuse null, and rows that exist have no value for it.",
    fix: "Give the field a default, or say what old rows get: `backfill`.",
  },
  NITRO_MIGRATION_CAST: {
    status: 500,
    when: "A column changes its type, and no way is known to turn the old values into new ones.",
    fix: "Say how, as a SQL expression: `casts`.",
  },
  NITRO_MIGRATION_HINT: {
    status: 500,
    when: "A rename, backfill or cast names a table or column that is not there, or not in that role.",
    fix: "Correct the name.",
  },
  NITRO_MIGRATION_CONFLICT: {
    status: 500,
    when: "Two migrations follow the same one, as when two branches each added one, or the chain of migrations has a gap.",
    fix: "Delete the one that is applied nowhere, and create it again.",
  },
  NITRO_MIGRATION_FILE: {
    status: 500,
    when: "A migration file cannot be read, lacks its snapshot, is for another database, or holds what it must not.",
    fix: "Correct the file that the message names.",
  },
  NITRO_MIGRATION_EDITED: {
    status: 500,
    when: "A migration was changed after it was applied.",
    fix: "Restore the file, and put the change into a new migration.",
  },
  NITRO_MIGRATION_MISSING: {
    status: 500,
    when: "The database has a migration applied whose file is not here.",
    fix: "Get the file, from the branch or release that applied it.",
  },
  NITRO_MIGRATION_IRREVERSIBLE: {
    status: 500,
    when: "A migration has nothing to run for the way down.",
    fix: "Write the `-- down` part of the file, or restore a backup.",
  },
  NITRO_MIGRATION_FAILED: {
    status: 500,
    when: "A statement of a migration failed. Nothing of this migration was kept; those before it are applied.",
    fix: "Read the cause, correct the file or the data, and run `up` again.",
  },
  NITRO_MIGRATION_DRIFT: {
    status: 500,
    when: "The database is not what the migrations made, in a way that running or adopting them would damage.",
    fix: "Bring the table back to what the last migration says, or write the difference into the migration.",
  },
  NITRO_MIGRATION_LOCKED: {
    status: 503,
    when: "Another process is migrating, or uses the tables, for longer than `lockTimeoutMs`.",
    fix: "Wait until it is done and run again.",
  },
})
