// The JSX runtime of development builds: the call site is known from the stack, so it needs no more than the other.
import { Fragment, type JSX, jsx } from "./jsx-runtime.ts"

export { Fragment, type JSX }
export const jsxDEV: typeof jsx = jsx
