// Every error code of this module.
import { registerErrors } from "../../shared/errors.ts"

registerErrors({
  NITRO_SESSION_READ_ONLY: {
    status: 500,
    when: "`context().session` is changed in the stream of a live page, which renders for as long as the page is open.",
    fix: "Change it in an action, or when the page is loaded.",
  },
  NITRO_SESSION_SENT: {
    status: 500,
    when: "`context().session` is changed after the response has begun: in a generator, in late content, or behind the response.",
    fix: "Change it before the response begins: before the first `yield`, or before `respond()`.",
  },
  NITRO_SESSION_VALUE: {
    status: 500,
    when: "`context().session` is given a value that JSON cannot hold, or would hold more than 65536 characters.",
    fix: "Keep an id in the session, and the data in an entity.",
  },
  NITRO_SESSION_BUSY: {
    status: 503,
    when: "Many requests write one session at once, and one of them found no turn in 50 attempts.",
    fix: "Send the request again. Keep what many requests write in an entity.",
  },
  NITRO_SESSION_OPTION: {
    status: 500,
    when: "`nitro({ session })` has a lifetime that is not a whole number of seconds, or `sessionStore` is no store.",
    fix: 'Write sessionStore: sqlite("app.db"), session: { idleSeconds: 3600 }.',
  },
  NITRO_NOT_AN_ACTION: {
    status: 500,
    when: "A call names a method that is not an action.",
    fix: "Mark the method with @action(), or with static { action(this, 'name') }.",
  },
  NITRO_ACTION_PATH: {
    status: 500,
    when: "The `path` of an action is not a path, or has a parameter that is `:id`, stands twice, or is no input.",
    fix: 'Write segments, and declare parameters as inputs: @action({ path: "lines/:line/remove", input: { line: z.string() } }).',
  },
  NITRO_ACTION_OPTION: {
    status: 500,
    when: "An option of `@action()` has an invalid value.",
    fix: "Write the option as the message says.",
  },
  NITRO_ACTION_OUTPUT: {
    status: 500,
    when: "An action returned a value that its `output` refuses. The client gets no details, and the writes of the action are rolled back.",
    fix: "Return a value that the schema accepts, or correct the schema.",
  },
  NITRO_RATE_LIMIT: {
    status: 429,
    audience: "client",
    when: "A user, or an address, ran an action more often than its `rateLimit` allows.",
    fix: "Wait for the number of seconds in the header Retry-After.",
  },
  NITRO_MIDDLEWARE: {
    status: 500,
    when: "A middleware of operations called `next` twice or after it had ended, or neither called it nor returned a result.",
    fix: "Call next() exactly once and await it: `return await next()`. Without the operation, return a result.",
  },
  NITRO_OUTCOME: {
    status: 500,
    when: "`outcome()` is given a status that is no success, or a header that no response can hold.",
    fix: "Throw a Refusal for a refusal, and return a Response where its body is yours.",
  },
  NITRO_COOKIE: {
    status: 500,
    when: "`redirect()` or `outcome()` is given a cookie that no response can hold, or a name that no cookie can have.",
    fix: "Write `cookies: { name: value }`, which encodes the value, with a name of letters, digits, - and _.",
  },
  NITRO_CALL_INPUT: {
    status: 500,
    when: "A page calls an action or CRUD route with an input that it does not take: in `field`, `error` or the call itself.",
    fix: "Write the name as the class declares it, or declare the input: @action({ input: { title: z.string() } }).",
  },
  NITRO_NO_APP: {
    status: 500,
    when: "A page with `live()` or `call()` was rendered outside of the middleware: its route is registered before it, or there is none.",
    fix: "Register the middleware first: app.use(nitro({ entities: [Todo] })), then the routes.",
  },
  NITRO_GET_CHANGES: {
    status: 500,
    when: "A GET action, or a query, changed an entity. Links, prefetching and crawlers send GET requests, and no check of the origin protects them.",
    fix: 'Declare it with a method that may write: @action({ method: "POST" }).',
  },
  NITRO_INTERNAL: {
    status: 500,
    when: "An action failed with an error that is not meant for its caller. The response has no more than this code.",
    fix: "Read the error on the diagnostics channel `nitro:error`, or on stderr.",
  },
  NITRO_METHOD_NOT_ALLOWED: {
    status: 405,
    audience: "client",
    when: "A request reaches a known path with another HTTP method, for example a GET for a POST action. Nothing was run.",
    fix: "Use one of the methods in the Allow header of the response.",
  },
  NITRO_ROUTE_COLLISION: {
    status: 500,
    when: "Two routes have the same method and path. Raised at start-up.",
    fix: "Rename one action, give it another path, or give one entity another `plural`.",
  },
  NITRO_CROSS_SITE: {
    status: 403,
    audience: "client",
    when: "A browser sent a state-changing request from another site.",
    fix: "Send it from a page of this site, or list the other site in `trustedOrigins`.",
  },
  NITRO_LIMIT: {
    status: 500,
    when: "A limit of `nitro({ limits })` is not a whole number of at least 1.",
    fix: "Write a whole number, in the unit that the name of the limit says.",
  },
  NITRO_BODY_TOO_LARGE: {
    status: 413,
    audience: "client",
    when: "A request body is larger than `limits.maxBodyBytes`.",
    fix: "Send less, or raise the limit: nitro({ limits: { maxBodyBytes } }).",
  },
  NITRO_BODY_LOST: {
    status: 500,
    when: "Middleware in front of nitro read the body of a request, and left neither the body nor its parsed value.",
    fix: "Put the middleware behind nitro, or let it keep what it reads: request.body on Express and node:http, c.req.json() and its like on Hono, request.clone() for fetch.",
  },
  NITRO_BODY_ENDED: {
    status: 500,
    when: "An action goes on reading `body` after it has responded: after its return, or behind its deadline.",
    fix: "Await the reading before you return, and raise `deadlineMs` for long uploads.",
  },
  NITRO_NO_BODY: {
    status: 500,
    when: "`body` of the second argument was used in an action whose body is read as input.",
    fix: 'Write @action({ body: "stream" }), or declare what the body holds as `input`.',
  },
  NITRO_TOO_COMPLEX: {
    status: 400,
    audience: "client",
    when: "A request has more fields, or JSON with more values or levels, than the app reads.",
    fix: "Send less at once, or raise the limit: nitro({ limits: { maxFields } }).",
  },
  NITRO_IDEMPOTENCY_REQUIRED: {
    status: 400,
    audience: "client",
    when: 'An action that is declared with `idempotent: "required"` was called without a key.',
    fix: "Send a random text in the header Idempotency-Key, the same with each attempt of one request.",
  },
  NITRO_IDEMPOTENCY_MISMATCH: {
    status: 422,
    audience: "client",
    when: "An Idempotency-Key that was used before came with different content.",
    fix: "Use a new key for each request, and the same one only to repeat it.",
  },
  NITRO_IDEMPOTENCY_UNKNOWN: {
    status: 409,
    audience: "client",
    when: "A request was repeated that another process began and did not finish: it may have been carried out or not.",
    fix: "Check whether it was carried out, and send it again with a new key if not. With the keys in the store of your entities the outcome is always known.",
  },
  NITRO_IDEMPOTENCY_DONE: {
    status: 409,
    audience: "client",
    when: "A request was repeated whose response was a stream, or larger than 64 KB: it was carried out once, and its response was not kept.",
    fix: "Read the data with another request.",
  },
  NITRO_BAD_REQUEST: {
    status: 400,
    audience: "client",
    when: "A request body, query or path cannot be read: malformed JSON, a broken form, a bad percent escape.",
    fix: "Send a body that matches the Content-Type header.",
  },
  NITRO_UNSUPPORTED_BODY: {
    status: 415,
    audience: "client",
    when: "A request body has a content type that actions do not read.",
    fix: "Send application/json, application/x-www-form-urlencoded or multipart/form-data.",
  },
  NITRO_UNKNOWN_INPUT: {
    status: 422,
    audience: "client",
    when: "A JSON or form body holds a name that the route does not take.",
    fix: "Leave it out, or correct its spelling.",
  },
  NITRO_INVALID_INPUT: {
    status: 422,
    audience: "client",
    when: "The input of an action does not match its schema. Nothing was run.",
    fix: "Correct the input that `details.issues` names.",
  },
  NITRO_REFUSED: {
    status: 409,
    audience: "client",
    when: "A `Refusal` was thrown: business logic refused, with a message for the caller.",
    fix: "Follow the message.",
  },
  NITRO_EXPOSE: {
    status: 500,
    when: "`expose()` was called with something that is not an entity class, or with an option or operation that it does not know.",
    fix: "Correct the spelling that the message quotes.",
  },
  NITRO_UNSENDABLE: {
    status: 500,
    when: "An action returns a value that cannot reach its client: a function, an instance of a class without `toJSON`, a Response that was read, data to the script of a page that sent a GET. The writes of the action are rolled back.",
    fix: "Return what the message names: HTML, plain data, an entity, or a Response.",
  },
  NITRO_NOT_EXPOSED: {
    status: 500,
    when: "A page renders a call of an operation that the app has no route for: its class is not exposed, or not listed at all.",
    fix: "Add the line that the message shows to nitro({ ... }).",
  },
  NITRO_SECRET: {
    status: 500,
    when: "The app has to sign a cookie or a form value, and its secret is missing in production or too short.",
    fix: "Set NITRO_SECRET to a long random text, or give nitro({ secret }).",
  },
  NITRO_NO_REQUEST: {
    status: 500,
    when: "`context()` was called outside of a request: in a job, a timer, or before the middleware of nitro ran.",
    fix: "Register nitro before your routes, or pass in what the code needs.",
  },
  NITRO_FORBIDDEN: {
    status: 403,
    audience: "client",
    when: "The `allow` rule of an exposed entity, command, query or event refused the request.",
    fix: "Sign in as a user with that permission, or change the rule.",
  },
})
