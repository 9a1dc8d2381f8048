// Many pictures at once: a table of them, worked off one by one.
import { isAbort } from './engine.js';
import * as format from './format.js';
import { distinct, withExtension } from './save.js';

/** Rows added between two frames: thousands at once would hold up the page. */
const ROWS_AT_ONCE = 25;

/** Pictures under way at once: each takes a core, and as much memory as its pixels several times. */
const LANES = Math.max(1, Math.min(3, navigator.hardwareConcurrency >> 1));

const nextFrame = () => new Promise(requestAnimationFrame);

/** One picture of the list and its row. */
class Item {
  constructor({ file, path }, onOpen, onSave) {
    Object.assign(this, { file, path, result: undefined, settings: undefined });
    this.row = document.getElementById('row').content.firstElementChild.cloneNode(true);
    const part = (name) => this.row.querySelector(`[data-part="${name}"]`);
    this.part = part;
    part('open').textContent = path;
    part('open').title = path;
    part('open').addEventListener('click', () => onOpen(this));
    part('size').textContent = format.bytes(file.size);
    part('save').addEventListener('click', () => onSave(this));
    this.say('');
  }

  say(state, text = '') {
    this.row.dataset.state = state;
    this.part('state').textContent = text;
  }

  /** Not converted, or with other settings than now. */
  rest() {
    this.say(this.result ? 'done' : '');
  }

  finish({ file, extension }, settings) {
    Object.assign(this, { result: file, settings, name: withExtension(this.path, extension) });
    this.part('result').textContent = format.bytes(file.size);
    this.part('share').textContent = format.percent(file.size, this.file.size);
    this.part('save').setAttribute('aria-label', `Save ${this.name}`);
    this.say('done');
  }
}

export class Batch {
  #engine;
  #at;
  #settings;
  #tell;
  #items = [];
  #work;
  /** How far the work is, while there is any. */
  #progress;

  /** @param {{ open(item: Item): void, save(file: Blob, name: string): void }} tell */
  constructor(engine, at, settings, tell) {
    this.#engine = engine;
    this.#at = at;
    this.#settings = settings;
    this.#tell = tell;
    at('start').addEventListener('click', () => this.run());
    at('stop').addEventListener('click', () => this.cancel());
    at('clear').addEventListener('click', () => this.#clear());
  }

  /** @param {{ file: File, path: string }[]} found */
  async add(found) {
    const onSave = (item) => this.#tell.save(item.result, item.name.split('/').pop());
    const list = this.#items;
    for (let from = 0; from < found.length; from += ROWS_AT_ONCE) {
      const items = found.slice(from, from + ROWS_AT_ONCE).map((one) => new Item(one, this.#tell.open, onSave));
      list.push(...items);
      this.#at('rows').append(...items.map(({ row }) => row));
      this.#show();
      await nextFrame();
      // Cleared meanwhile.
      if (this.#items !== list) return;
    }
  }

  /** What is done, under names of which each is there once. */
  get results() {
    const done = this.#items.filter(({ result }) => result);
    const names = distinct(done.map(({ name }) => name));
    return done.map(({ result }, i) => ({ name: names[i], file: result }));
  }

  /** Works off all that was not done with these settings. */
  async run() {
    if (!this.#settings.valid()) return;
    const { options } = this.#settings;
    const settings = JSON.stringify(options);
    const waiting = this.#items.filter((item) => item.settings !== settings);
    for (const item of waiting) item.say('waiting', 'waits');
    this.#progress = { done: 0, total: waiting.length };
    this.#show();
    await this.#inLanes(waiting, options, settings);
    this.#progress = undefined;
    this.#show();
  }

  async #inLanes(waiting, options, settings) {
    const { signal } = (this.#work = new AbortController());
    // All lanes take from the same list.
    const left = waiting.values();
    const lane = async () => {
      for (const item of left) {
        await this.#convert(item, options, settings, signal);
        if (signal.aborted) return;
        this.#progress.done++;
        this.#show();
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    for (const item of waiting) if (item.row.dataset.state === 'waiting') item.rest();
  }

  async #convert(item, options, settings, signal) {
    item.say('working', 'starts');
    const onProgress = (done, total) => item.say('working', format.percent(done, total));
    try {
      item.finish(await this.#engine.run('convert', { file: item.file, options }, { signal, onProgress }), settings);
    } catch (error) {
      if (isAbort(error)) item.rest();
      else item.say('failed', error.message);
    }
  }

  cancel() {
    this.#work?.abort();
  }

  #clear() {
    this.cancel();
    this.#items = [];
    this.#at('rows').replaceChildren();
    this.#show();
  }

  #show() {
    const running = this.#progress;
    const { length } = this.#items;
    const results = this.#items.filter(({ result }) => result);
    this.#at('batch').hidden = length === 0;
    this.#offer(running ? 'stop' : 'start', running ? 'start' : 'stop');
    this.#at('all-done').hidden = running || results.length === 0;
    this.#at('batch-progress').hidden = !running;
    if (running) Object.assign(this.#at('batch-progress'), { max: running.total, value: running.done });
    this.#at('count').textContent = running ? `${running.done} of ${running.total}` : this.#summary(results);
  }

  /** Of two buttons in one place one is there; the focus goes along. */
  #offer(shown, gone) {
    const focused = document.activeElement === this.#at(gone);
    this.#at(shown).hidden = false;
    if (focused) this.#at(shown).focus();
    this.#at(gone).hidden = true;
  }

  #summary(results) {
    const { length } = this.#items;
    const pictures = `${length} ${length === 1 ? 'picture' : 'pictures'}`;
    if (!results.length) return pictures;
    const sum = (sizes) => sizes.reduce((all, size) => all + size, 0);
    const before = sum(results.map(({ file }) => file.size));
    const after = sum(results.map(({ result }) => result.size));
    const failed = this.#items.filter(({ row }) => row.dataset.state === 'failed').length;
    const sizes = `${format.bytes(before)} → ${format.bytes(after)} (${format.percent(after, before)})`;
    return `${pictures}, ${sizes}${failed ? `, ${failed} failed` : ''}`;
  }
}
