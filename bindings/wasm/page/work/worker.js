// The page's worker. Pixels of pictures live here: the page's own thread gets bitmaps to draw and files to save, so
// that nothing it does takes longer for a larger picture.
import * as tasks from './tasks.js';

const running = new Map();

/** An error as a message: what the page tells the user of it. */
function plain({ name, message, kind }) {
  return { name, message, kind };
}

async function run({ id, task, argument }) {
  const work = new AbortController();
  running.set(id, work);
  const progress = (done, total) => postMessage({ id, progress: { done, total } });
  try {
    const result = await tasks[task](argument, { signal: work.signal, progress });
    postMessage({ id, result }, result?.levels ?? []);
  } catch (error) {
    postMessage({ id, error: plain(error) });
  } finally {
    running.delete(id);
  }
}

addEventListener('message', ({ data }) => {
  if (data.task) run(data);
  else running.get(data.cancel)?.abort();
});
