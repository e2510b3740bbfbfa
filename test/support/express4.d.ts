// Express 4 under an alias of its own has the part of Express 5's types that the tests use.
declare module "express4" {
  import express from "express"
  export default express
}
