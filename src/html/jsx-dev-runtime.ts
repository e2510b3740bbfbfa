// The JSX runtime under the name that development builds import.
export { Fragment, type JSX, jsxDEV } from "./jsx-runtime.ts"
