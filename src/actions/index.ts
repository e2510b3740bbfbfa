// The door of the actions module.
export {
  type ActionCall,
  type ActionDecorator,
  type ActionDefinition,
  type ActionOptions,
  action,
  actionOf,
  type HttpMethod,
  type MethodName,
} from "./action.ts"
export type { AllowCall, AllowRule } from "./allow.ts"
export type { AppPart, AppState } from "./app-state.ts"
export { Call, call, type FieldAttributes, type FormAttributes } from "./call.ts"
export { createDispatcher, type Dispatcher, type DispatcherOptions } from "./dispatch.ts"
export { type Flash, flashes } from "./flash.ts"
export { type HostBody, setHostBody } from "./host-body.ts"
export type { IdempotencyOptions } from "./idempotency.ts"
export { IdempotentAnswer } from "./kept-answers.ts"
export { type ShownError, shownError } from "./outside.ts"
export { addPageAlert } from "./page-alert.ts"
export { allowPageKey } from "./page-key.ts"
export { noAppError } from "./reach.ts"
export { type RedirectOptions, redirect } from "./redirect.ts"
export { Refusal, type RefusalOptions } from "./refusal.ts"
export { context, currentRequest, type RequestContext, splitUrl, withRequest } from "./request-context.ts"
export { respond } from "./respond.ts"
export { answerWith } from "./response.ts"
export { type CrudOperation, type ExposeOptions, type Exposure, expose, type Outcome, type Route, type RouteCall } from "./route.ts"
export { Secret } from "./secret.ts"
export { type Session, sessionOf } from "./session.ts"
export type { RegisteredTypes, User } from "./user.ts"
