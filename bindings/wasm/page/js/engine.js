// The page's side of its worker: a task asked for is a promise.
export class Engine {
  #worker = new Worker(new URL('../work/worker.js', import.meta.url), { type: 'module' });
  #calls = new Map();
  #next = 1;

  constructor() {
    this.#worker.addEventListener('message', ({ data }) => this.#answer(data));
    // A worker that cannot even start, as where a file is missing, fails all that was asked.
    this.#worker.addEventListener('error', (event) => {
      for (const id of this.#calls.keys()) {
        this.#answer({ id, error: { name: 'Error', message: event.message || 'the page’s worker did not start' } });
      }
    });
  }

  /** @param {{ signal?: AbortSignal, onProgress?: (done: number, total: number) => void }} how */
  run(task, argument = {}, { signal, onProgress } = {}) {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#worker.postMessage({ cancel: id });
        this.#calls.delete(id);
        reject(signal.reason);
      };
      signal?.addEventListener('abort', stop, { once: true });
      const done = (settle) => (value) => {
        signal?.removeEventListener('abort', stop);
        settle(value);
      };
      this.#calls.set(id, { resolve: done(resolve), reject: done(reject), onProgress });
      this.#worker.postMessage({ id, task, argument });
    });
  }

  #answer({ id, progress, result, error }) {
    const call = this.#calls.get(id);
    if (!call) return closeAll(result?.levels);
    if (progress) return call.onProgress?.(progress.done, progress.total);
    this.#calls.delete(id);
    if (error) call.reject(Object.assign(new Error(error.message), { name: error.name, kind: error.kind }));
    else call.resolve(result);
  }
}

/** Bitmaps hold much memory that the garbage collector does not see. */
export function closeAll(levels = []) {
  for (const level of levels) level.close();
}

/** Whether work ended because it was told to. */
export function isAbort(error) {
  return error?.name === 'AbortError';
}
