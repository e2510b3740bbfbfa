// The class that answers are made of: the fast one of the server once an adapter is loaded, else the runtime's own.

// A module that only builds pages must load no server, and Node's own Response costs twice as much as the server's.
export let AnswerResponse: typeof Response = Response

/** Adapters call it once, when they are loaded. */
export function answerWith(fast: typeof Response): void {
  AnswerResponse = fast
}
