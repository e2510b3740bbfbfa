// Every code of this module: of errors, and of warnings at start.
import { registerErrors } from "../shared/errors.ts"

registerErrors({
  NITRO_BASE_PATH: {
    status: 500,
    when: "`basePath` is not a path, differs from the path at which the host has mounted the app, or one app is mounted at two paths.",
    fix: 'Leave `basePath` out where the host mounts the app: app.use("/shop", nitro({ … })). Call nitro() once for each mount path.',
  },
  NITRO_PLUGIN: {
    status: 500,
    when: "A plugin has no name or no `setup`, two of an app have one name, or a `setup` is async.",
    fix: "Give each plugin another name, and wait for async work in its `context`.",
  },
  NITRO_OPEN_TO_ALL: {
    status: 500,
    when: "A warning at start: `expose()` gives a class CRUD routes and has no `allow`, so every visitor may use them.",
    fix: "Write expose(Todo, { allow: ({ user }) => user !== undefined }), or allow: () => true where it is meant.",
  },
  NITRO_UNCHECKED_PERMISSION: {
    status: 500,
    when: "A warning at start: an action names a `permission`, and its class has no `allow` that could check it.",
    fix: "Write expose(Invoice, { crud: false, allow: ({ route, user }) => … }) and compare `route.permission` there, or allow: () => true where middleware checks it.",
  },
  NITRO_LIMITS_PER_PROCESS: {
    status: 500,
    when: "A warning at start: the app has a log of changes, as several processes share one, and its actions have a `rateLimit` that each process counts for itself.",
    fix: "Write nitro({ limits: { store } }) with a store that all processes use.",
  },
  NITRO_NOT_DURABLE: {
    status: 500,
    when: "A warning at start with NODE_ENV=production: rows of a class are kept in memory, and are lost when the process ends.",
    fix: 'Give the class a store, `static store = sqlite("app.db")`, call `configure({ store })`, or set NITRO_DATABASE_URL.',
  },
  NITRO_START: {
    status: 500,
    when: "The check at start found several faults, or a store did not respond to it. In production the application does not start then.",
    fix: "Mend what the message lists, one after the other.",
  },
})
