// The form of settings, as options of the codec.

const IN_KILOBYTES = 1000;

export class Settings {
  #form;

  /** @param {(soon: boolean) => void} onChange `soon` where more changes are likely to follow */
  constructor(form, onChange) {
    this.#form = form;
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', () => this.#show());
    form.addEventListener('change', () => onChange());
    this.#show();
  }

  /** What the fields mean, beside them; fields that do not count are left out. */
  #show() {
    const { elements } = this.#form;
    const all = (selector) => this.#form.querySelectorAll(selector);
    for (const field of all('[data-aim]')) field.hidden = field.dataset.aim !== elements.aim.value;
    for (const output of all('output')) output.value = elements[output.htmlFor.value].value;
  }

  /** Whether what is in the fields can be used: the browser says beside the field what is wrong. */
  valid() {
    return this.#form.reportValidity();
  }

  /** Options of the package's `encode`. */
  get options() {
    const { elements } = this.#form;
    const aims = {
      quality: () => ({ quality: elements.quality.valueAsNumber }),
      size: () => ({ targetSize: Math.round(elements.size.valueAsNumber * IN_KILOBYTES) }),
      score: () => ({ targetScore: elements.score.valueAsNumber }),
      lossless: () => ({ lossless: true }),
    };
    return { ...aims[elements.aim.value](), effort: elements.effort.valueAsNumber, chroma: elements.chroma.value };
  }

  /** The browser's codecs to compare with, and what they are to have equal: bytes or score. */
  get rivals() {
    const { elements } = this.#form;
    const names = [...this.#form.querySelectorAll('[name="rival"]:checked')].map((box) => box.value);
    return { names, by: elements.by.value };
  }

  /** Leaves out the codecs that this browser cannot encode. */
  offer(names) {
    for (const box of this.#form.querySelectorAll('[name="rival"]')) {
      box.checked &&= names.includes(box.value);
      box.closest('label').hidden = !names.includes(box.value);
    }
  }
}
