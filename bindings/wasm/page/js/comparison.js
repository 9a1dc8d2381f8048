// The picture that is open and its versions, made step by step. New settings end the steps under way.
import { closeAll, isAbort } from './engine.js';
import { bytes } from './format.js';
import { FORMATS } from './formats.js';

const label = (name, file) => `${FORMATS[name].name} · ${bytes(file.size)}`;

/**
 * @typedef {object} Version
 * @property {string} label
 * @property {Blob} file
 * @property {ImageBitmap[]} levels
 * @property {number} [score]
 * @property {string} [note]
 * @property {boolean} [stale] of settings that have changed since
 */

export class Comparison {
  /** @type {Map<string, Version>} */
  versions = new Map();
  picture;
  #engine;
  #tell;
  #work = new AbortController();

  /**
   * @param {object} tell
   * @param {() => void} tell.changed other versions than before
   * @param {(step?: string, done?: number, total?: number) => void} tell.progress no step where nothing is under way
   * @param {(what: string, error: Error) => void} tell.failed
   */
  constructor(engine, tell) {
    this.#engine = engine;
    this.#tell = tell;
  }

  cancel() {
    this.#work.abort();
  }

  /** @returns {Promise<boolean>} whether it is open; if not, the picture before it still is */
  async open(file, path) {
    const opened = await this.#steps(path, async (run) => {
      const { levels, ...picture } = await run('Opening', 'open', { file });
      this.#clear();
      this.picture = { ...picture, path, file };
      this.#set('original', { label: label('original', file), file, levels });
      return true;
    });
    return Boolean(opened);
  }

  /** @param {{ names: string[], by: 'bytes' | 'score' }} rivals */
  async encode(options, rivals) {
    for (const [name, version] of this.versions) version.stale = name !== 'original';
    this.#tell.changed();
    await this.#steps(this.picture.path, async (run) => {
      const { file, seconds, levels } = await run('Encoding', 'encode', { options });
      this.#set('kvant', { label: label('kvant', file), file, levels, seconds });
      const score = await run('Measuring', 'score', { file });
      this.#set('kvant', { ...this.versions.get('kvant'), score });
      await this.#compare(run, rivals, rivals.by === 'bytes' ? { bytes: file.size } : { score });
    });
  }

  async #compare(run, { names, by }, goal) {
    const able = names.filter((name) => FORMATS[name].alpha || this.picture.channels < 4);
    const listed = ['original', 'kvant', ...able];
    for (const name of [...this.versions.keys()]) if (!listed.includes(name)) this.#drop(name);
    for (const name of able) {
      const found = await run(`Searching ${FORMATS[name].name}`, 'rival', { name, goal });
      const note = found.reached ? '' : by === 'bytes' ? 'its nearest size' : 'its nearest score';
      this.#set(name, { ...found, label: label(name, found.file), note });
    }
  }

  /** Ends what is under way, and takes steps until one fails or the next work ends them. */
  async #steps(what, take) {
    this.cancel();
    const work = (this.#work = new AbortController());
    const run = (text, task, argument) => {
      this.#tell.progress(text);
      const onProgress = (done, total) => this.#tell.progress(text, done, total);
      return this.#engine.run(task, argument, { signal: work.signal, onProgress });
    };
    try {
      return await take(run);
    } catch (error) {
      if (!isAbort(error)) this.#tell.failed(what, error);
      return undefined;
    } finally {
      if (this.#work === work) this.#tell.progress();
    }
  }

  #set(name, version) {
    const before = this.versions.get(name);
    this.versions.set(name, version);
    // What is drawn changes before its bitmaps go.
    this.#tell.changed();
    if (before && before.levels !== version.levels) closeAll(before.levels);
  }

  #drop(name) {
    const before = this.versions.get(name);
    this.versions.delete(name);
    this.#tell.changed();
    closeAll(before?.levels);
  }

  #clear() {
    const before = [...this.versions.values()];
    this.versions.clear();
    this.#tell.changed();
    for (const { levels } of before) closeAll(levels);
  }
}
