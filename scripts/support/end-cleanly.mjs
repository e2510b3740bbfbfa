// Loaded before an example: Ctrl-C and SIGTERM end it with code 0, even when it or an open page holds on.
const graceMs = 3000

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    // An app that listens for the signal itself closes its streams and its store; any other ends at once.
    if (process.listenerCount(signal) === 1) process.exit(0)
    setTimeout(() => process.exit(0), graceMs).unref()
  })
}
