// The table of versions, and which two of them are seen.
import * as format from './format.js';
import { FORMATS } from './formats.js';

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export class Results {
  #at;
  #onSides;
  #seen = { left: 'original', right: 'kvant' };

  /** @param {() => void} onSides when other versions are to be seen */
  constructor(at, onSides) {
    this.#at = at;
    this.#onSides = onSides;
    for (const side of ['left', 'right']) {
      at(side).addEventListener('change', () => this.#see(side, at(side).value));
    }
  }

  #see(side, name) {
    this.#seen[side] = name;
    this.#onSides();
  }

  /** The two versions that are seen, of those that are there. */
  sides(versions) {
    const { left, right } = this.#seen;
    return [versions.get(left) ?? versions.get('original'), versions.get(right) ?? versions.get('kvant')];
  }

  show(versions, picture) {
    const rows = [...versions].map(([name, version]) => this.#row(name, version, picture));
    this.#at('versions').replaceChildren(...rows);
    for (const side of ['left', 'right']) this.#offer(side, versions);
  }

  #offer(side, versions) {
    const select = this.#at(side);
    const options = [...versions.keys()].map((name) => new Option(FORMATS[name].name, name));
    select.replaceChildren(...options);
    const other = side === 'right' && versions.has('kvant') ? 'kvant' : 'original';
    select.value = versions.has(this.#seen[side]) ? this.#seen[side] : other;
  }

  #row(name, { file, score, quality, note, stale, seconds }, picture) {
    const row = element('tr', '');
    row.classList.toggle('stale', Boolean(stale));
    if (stale) row.setAttribute('aria-busy', 'true');
    row.dataset.version = name;
    const head = element('th', FORMATS[name].name, { scope: 'row' });
    const detail = [quality && `q ${quality}`, seconds && format.seconds(seconds), note].filter(Boolean).join(', ');
    if (detail) head.append(element('small', detail));
    row.append(
      head,
      element('td', format.bytes(file.size), { title: `${file.size} bytes` }),
      element('td', format.bitsPerPixel(file.size, picture)),
      element('td', name === 'original' ? '' : format.score(score)),
    );
    return row;
  }
}
