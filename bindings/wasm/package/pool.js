// Workers, and the jobs that wait for one. A worker has one job at a time. One that trapped, or
// whose job was aborted, is ended, and the next job gets a new one.

import { KvantError } from './error.js';
import { WORKERS, moduleOf, startWorker } from './host.js';

/** Memory of a module never shrinks: a worker that has so many bytes is ended after its job. */
const LARGE = 256 << 20;
/** Milliseconds after which a worker without work is ended. */
const IDLE = 10_000;

const workers = new Set();
const waiting = [];

/**
 * Runs a job: `message` is posted to a worker of this kind, and what it answers is returned.
 * `feed(post)` posts more, where there is more, once the job is in hand; `hear` is told of
 * previews and progress.
 */
export function run({ kind, message, transfer = [], signal, hear = {}, feed }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const job = { kind, message, transfer, hear, feed, worker: undefined, over: false };
    const abort = () => job.settle(() => reject(signal.reason), true);
    job.settle = (tell, broken = false) => {
      if (job.over) return;
      job.over = true;
      signal?.removeEventListener('abort', abort);
      const place = waiting.indexOf(job);
      if (place >= 0) waiting.splice(place, 1);
      if (job.worker) leave(job.worker, broken);
      tell();
    };
    job.resolve = (value) => job.settle(() => resolve(value));
    job.reject = (error, broken) => job.settle(() => reject(error), broken);
    signal?.addEventListener('abort', abort);
    waiting.push(job);
    assign();
  });
}

/** Gives jobs to workers as long as there are both. */
function assign() {
  for (const job of [...waiting]) {
    const worker = [...workers].find((worker) => !worker.job && worker.kind === job.kind) ?? make(job.kind);
    if (!worker) continue;
    waiting.splice(waiting.indexOf(job), 1);
    job.worker = worker;
    worker.job = job;
    clearTimeout(worker.timer);
    work(worker, job);
  }
}

/** Another worker, where there may be one more. */
function make(kind) {
  if (workers.size >= WORKERS) {
    const idle = [...workers].find((worker) => !worker.job);
    if (!idle) return undefined;
    discard(idle);
  }
  const worker = { kind, job: undefined, memory: 0, timer: undefined };
  const fail = (error) => {
    worker.job?.reject(
      new KvantError('internal', `the worker failed: ${error.message}`, { cause: error }),
      true,
    );
    discard(worker);
  };
  const starting = startWorker((answer) => hear(worker, answer), fail);
  worker.thread = begin(kind, starting);
  workers.add(worker);
  return worker;
}

/** A worker gets its module; it is of no use without. */
async function begin(kind, starting) {
  try {
    const module = await moduleOf(kind);
    const thread = await starting;
    thread.post({ op: 'start', kind, module });
    return thread;
  } catch (error) {
    starting.then(
      (thread) => thread.end(),
      () => undefined,
    );
    throw error;
  }
}

async function work(worker, job) {
  try {
    const thread = await worker.thread;
    if (job.over) return;
    thread.hold();
    thread.post(job.message, job.transfer);
    await job.feed?.((message, transfer) => job.over || thread.post(message, transfer));
  } catch (error) {
    // The module could not be fetched, or the source of the bytes failed.
    job.reject(error, true);
  }
}

function hear(worker, answer) {
  const { job } = worker;
  worker.memory = answer.memory ?? worker.memory;
  if (!job) return;
  if (answer.type === 'done') {
    job.resolve(answer.value);
  } else if (answer.type === 'error') {
    job.reject(new KvantError(answer.kind, answer.message), Boolean(answer.fatal));
  } else {
    // A listener's error is not the job's.
    Promise.resolve(answer)
      .then(job.hear[answer.type])
      .catch((error) => reportLater(error));
  }
}

function reportLater(error) {
  if (globalThis.reportError) return globalThis.reportError(error);
  queueMicrotask(() => {
    throw error;
  });
}

/** Takes the job from a worker, which may have the next one unless it is broken. */
function leave(worker, broken) {
  worker.job = undefined;
  if (broken || worker.memory > LARGE) {
    discard(worker);
  } else {
    worker.thread.then((thread) => worker.job || thread.release());
    worker.timer = setTimeout(() => discard(worker), IDLE);
    worker.timer.unref?.();
  }
  queueMicrotask(assign);
}

function discard(worker) {
  if (!workers.delete(worker)) return;
  clearTimeout(worker.timer);
  worker.thread.then(
    (thread) => thread.end(),
    () => undefined,
  );
}
