// Errors with the words of the library and of the command.

export class KvantError extends Error {
  constructor(kind, message, options) {
    super(message, options);
    this.name = 'KvantError';
    this.kind = kind;
  }
}

/** What a worker has to say of `error` that another thread understands. */
export function described(error) {
  if (error instanceof KvantError) return { kind: error.kind, message: error.message };
  // The module's own: kind and words in two lines.
  if (typeof error === 'string') {
    const end = error.indexOf('\n');
    return { kind: error.slice(0, end), message: error.slice(end + 1) };
  }
  // A trap, after which nothing in the module's memory is certain, or a fault of the package.
  const trap = error instanceof WebAssembly.RuntimeError;
  const words = trap ? 'the module failed, for want of memory as a rule' : 'the package failed';
  return { kind: 'internal', message: `${words}: ${error?.message ?? error}`, fatal: true };
}
