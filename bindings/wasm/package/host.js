// What browsers and Node do in ways of their own: starting workers, and getting the modules.

import { KvantError } from './error.js';

const IN_NODE = typeof process === 'object' && Boolean(process.versions?.node);

const URLS = {
  decoder: new URL('./dist/decoder_bg.wasm', import.meta.url),
  encoder: new URL('./dist/encoder_bg.wasm', import.meta.url),
};

/** How many workers there are at most. */
export const WORKERS = Math.max(1, Math.min(4, globalThis.navigator?.hardwareConcurrency ?? 2));

const compiled = {};

/** The compiled module, which is fetched once and shared by all workers. */
export function moduleOf(kind) {
  compiled[kind] ??= compile(URLS[kind]).catch((error) => {
    // A later call may have a better connection.
    delete compiled[kind];
    throw new KvantError('fetch', `the ${kind} cannot be loaded: ${error.message}`, { cause: error });
  });
  return compiled[kind];
}

async function compile(url) {
  if (IN_NODE) {
    const { readFile } = await import('node:fs/promises');
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${url} is answered with ${response.status}`);
  // Servers that do not know the type of the file stand in the way of compileStreaming.
  const streams = response.headers.get('content-type') === 'application/wasm';
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** A worker, whose messages and failures `hear` and `fail` are given. */
export async function startWorker(hear, fail) {
  if (IN_NODE) {
    const { Worker } = await import('node:worker_threads');
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    worker.on('message', hear);
    worker.on('error', fail);
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      end: () => void worker.terminate(),
      // A process does not wait for a worker without work.
      hold: () => worker.ref(),
      release: () => worker.unref(),
    };
  }
  const worker = newWorker();
  worker.onmessage = ({ data }) => hear(data);
  worker.onerror = (event) => fail(new Error(event.message || 'its script cannot be loaded'));
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    end: () => worker.terminate(),
    hold() {},
    release() {},
  };
}

function newWorker() {
  const url = new URL('./worker.js', import.meta.url);
  if (url.origin === globalThis.location?.origin) {
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  }
  // Workers have the origin of their page; what they import may have another.
  const script = new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' });
  const place = URL.createObjectURL(script);
  const worker = new Worker(place, { type: 'module' });
  setTimeout(() => URL.revokeObjectURL(place), 60_000);
  return worker;
}
