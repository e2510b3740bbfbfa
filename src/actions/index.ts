// The door of the actions module.

export { Call, call } from "./call/call.ts"
export type { FieldAttributes } from "./call/field-attributes.ts"
export type { FormAttributes } from "./call/form-attributes.ts"
export { allowPageKey } from "./call/page-key.ts"
export { noAppError } from "./call/reach.ts"
export type { AppPart, AppState } from "./context/app-state.ts"
export { type Flash, flashes } from "./context/flash.ts"
export {
  context,
  currentRequest,
  type RequestContext,
  splitUrl,
  withRequest,
} from "./context/request-context.ts"
export { Secret } from "./context/secret.ts"
export { type Session, sessionOf } from "./context/session.ts"
export {
  type ActionCall,
  type ActionDecorator,
  type ActionDefinition,
  type ActionOptions,
  action,
  actionOf,
  type HttpMethod,
  type MethodName,
} from "./contract/action.ts"
export type { AllowCall, AllowRule } from "./contract/allow.ts"
export {
  type CrudOperation,
  type ExposeOptions,
  type Exposure,
  expose,
  type Outcome,
  type Route,
  type RouteCall,
} from "./contract/route.ts"
export type { RegisteredTypes, User } from "./contract/user.ts"
export { type HostBody, setHostBody } from "./input/host-body.ts"
export { type ShownError, shownError } from "./reply/outside.ts"
export { addPageAlert } from "./reply/page-alert.ts"
export { type RedirectOptions, redirect } from "./reply/redirect.ts"
export { Refusal, type RefusalOptions } from "./reply/refusal.ts"
export { respond } from "./reply/respond.ts"
export { answerWith } from "./reply/response.ts"
export { createDispatcher, type Dispatcher, type DispatcherOptions } from "./routes/dispatch.ts"
export type { IdempotencyOptions } from "./routes/idempotency.ts"
export { IdempotentAnswer } from "./routes/kept-answers.ts"
