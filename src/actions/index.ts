// The door of the actions module for users: actions, routes, the request, replies.

export { type Call, call } from "./call/call.ts"
export type { FieldAttributes } from "./call/field-attributes.ts"
export type { FormAttributes } from "./call/form-attributes.ts"
export type { AppState } from "./context/app-state.ts"
export type { Flash } from "./context/flash.ts"
export {
  context,
  currentRequest,
  type PageSignals,
  type RequestContext,
} from "./context/request-context.ts"
export { StoredSession } from "./context/session-records.ts"
export type { Session } from "./context/visitor-session.ts"
export {
  type ActionCall,
  type ActionDecorator,
  type ActionDefinition,
  action,
  type MethodName,
} from "./contract/action.ts"
export type { ActionOptions, HttpMethod, RateLimit } from "./contract/action-options.ts"
export { actionsOf, type ListedAction } from "./contract/actions-of.ts"
export type { AllowCall, AllowRule } from "./contract/allow.ts"
export type { Limits } from "./contract/limits.ts"
export type { OperationCall, OperationMiddleware } from "./contract/middleware.ts"
export type { BodyPart, RequestBody } from "./contract/request-body.ts"
export { type CrudOperation, type ExposeOptions, type Exposure, expose } from "./contract/route.ts"
export type { RouteDescription } from "./contract/route-description.ts"
export type { SessionOptions } from "./contract/session-options.ts"
export type { RegisteredTypes, SessionData, User } from "./contract/user.ts"
export type { CookieOptions } from "./reply/cookies.ts"
export { type ActionOutcome, type OutcomeOptions, outcome } from "./reply/outcome.ts"
export { queuePatch } from "./reply/queued-patches.ts"
export { type RedirectOptions, redirect } from "./reply/redirect.ts"
export { Refusal, type RefusalOptions } from "./reply/refusal.ts"
export { respond } from "./reply/respond.ts"
export type { IdempotencyOptions } from "./routes/idempotency.ts"
export { IdempotentAnswer } from "./routes/idempotency-records.ts"
export { RateLimitCount } from "./routes/stored-limits.ts"
