import type { ITrans } from '../i18n';
import { element } from './dom';
import type { IAnnotatorLabel } from './types';

/** More labels than this have a field to find one. */
const MANY = 10;

/** The labels of the task: each with its key and colour, and which are chosen. */
export class LabelList {
  constructor(
    trans: ITrans,
    labels: IAnnotatorLabel[],
    keys: Map<string, string>,
    colourOf: (label: string) => string,
    onChoose: (label: string) => void
  ) {
    this.finder = element('input', {
      class: 'ais-Input',
      type: 'search',
      placeholder: trans.__('/ find a label'),
      'aria-label': trans.__('Find a label'),
      'data-lm-suppress-shortcuts': 'true'
    });
    this.finder.hidden = labels.length <= MANY;
    this.finder.addEventListener('input', () => this.sift());
    this.list = element('div', {
      class: 'ais-Annotator-labels',
      role: 'group',
      'aria-label': trans.__('Labels')
    });
    const keyOf = new Map([...keys].map(([key, name]) => [name, key]));
    for (const label of labels) {
      const one = element('button', { type: 'button', 'aria-pressed': 'false', 'data-label': label.name });
      const swatch = element('i', {});
      swatch.style.background = colourOf(label.name);
      const kbd = element('kbd', {});
      kbd.textContent = keyOf.get(label.name) ?? '';
      const word = element('span', {});
      word.textContent = label.name;
      one.append(kbd, swatch, word);
      one.addEventListener('click', () => onChoose(label.name));
      this.list.append(one);
    }
  }

  readonly finder: HTMLInputElement;
  readonly list: HTMLElement;

  draw(chosen: string[]): void {
    for (const one of this.list.children) {
      const button = one as HTMLButtonElement;
      button.setAttribute('aria-pressed', String(chosen.includes(button.dataset.label ?? '')));
    }
  }

  /** The first label that fits what was typed. */
  get found(): string | undefined {
    return this.list.querySelector<HTMLElement>('button:not([hidden])')?.dataset.label;
  }

  clear(): void {
    this.finder.value = '';
    this.sift();
  }

  /** Show where to look: something needs a label first. */
  flash(): void {
    this.list.classList.add('ais-mod-flash');
    setTimeout(() => this.list.classList.remove('ais-mod-flash'), 400);
  }

  private sift(): void {
    const needle = this.finder.value.trim().toLowerCase();
    for (const one of this.list.children) {
      const button = one as HTMLButtonElement;
      button.hidden = needle !== '' && !(button.dataset.label ?? '').toLowerCase().includes(needle);
    }
  }
}
