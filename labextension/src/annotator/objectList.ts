import type { ITrans } from '../i18n';
import type { Boxes } from './boxes';
import { element, icon } from './dom';
import { nameOf } from './objects';
import type { IAnnotatorObject } from './types';

/** The objects of the sample as a list: the picture's equal for those who don't see it or have no mouse. */
export class ObjectList {
  constructor(
    private readonly trans: ITrans,
    private readonly boxes: Boxes,
    private readonly colourOf: (label: string) => string,
    private readonly readOnly: boolean,
    private readonly onDone: () => void
  ) {
    this.node = element('section', { class: 'ais-Annotator-objects' });
    this.title = element('h3', {});
    this.list = element('ul', {});
    this.none = element('p', { class: 'ais-Muted' });
    this.none.textContent = readOnly
      ? trans.__('No box.')
      : trans.__('No box yet: choose the box tool (B) and drag, or press N.');
    this.node.append(this.title, this.none, this.list);
  }

  readonly node: HTMLElement;

  draw(by: string | null): void {
    const { boxes, trans } = this;
    const { objects } = boxes;
    this.title.textContent = trans.__('Objects: %1', objects.length);
    this.none.hidden = objects.length > 0;
    const key = JSON.stringify([by, objects.map(object => [object, boxes.isSelected(object)])]);
    if (key === this.drawn) {
      return;
    }
    this.drawn = key;
    const focused = this.list.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).closest<HTMLElement>('[data-object]')?.dataset.object
      : undefined;
    this.list.replaceChildren(...objects.map((object, index) => this.item(object, index + 1, by)));
    if (focused) {
      this.list.querySelector<HTMLElement>(`[data-object="${CSS.escape(focused)}"] button`)?.focus();
    }
    this.list.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  /** An object in words, for the list and for screen readers. */
  describe(object: IAnnotatorObject, number: number, by: string | null): string {
    const { trans } = this;
    const { shape } = object;
    const round = (value: number): string => String(Math.round(value * 10) / 10);
    return [
      nameOf(object, number),
      object.score !== null && object.score !== undefined
        ? trans.__('automatic, %1 % sure', Math.round(object.score * 100))
        : by
          ? trans.__('by %1', by)
          : '',
      shape
        ? trans.__('%1 × %2 at %3, %4', round(shape.w), round(shape.h), round(shape.x), round(shape.y))
        : ''
    ]
      .filter(Boolean)
      .join(', ');
  }

  private item(object: IAnnotatorObject, number: number, by: string | null): HTMLElement {
    const { boxes, trans } = this;
    const id = object.id ?? '';
    const row = element('li', { 'data-object': id });
    const choose = element('button', {
      type: 'button',
      'aria-pressed': String(boxes.isSelected(object)),
      'aria-label': this.describe(object, number, by)
    });
    const swatch = element('i', {});
    swatch.style.background = this.colourOf(object.label ?? '');
    const words = element('span', {});
    words.textContent = nameOf(object, number);
    const more = element('small', {});
    more.textContent =
      object.score !== null && object.score !== undefined
        ? trans.__('auto %1 %', Math.round(object.score * 100))
        : object.shape
          ? `${Math.round(object.shape.w)} × ${Math.round(object.shape.h)}`
          : '';
    choose.append(swatch, words, more);
    choose.addEventListener('click', event => {
      boxes.select([id], event.shiftKey || event.ctrlKey || event.metaKey);
      if (event.detail > 0) {
        this.onDone();
      }
    });
    row.append(choose);
    if (!this.readOnly) {
      const remove = element('button', {
        type: 'button',
        'aria-label': trans.__('Delete %1', nameOf(object, number)),
        title: trans.__('Delete %1', nameOf(object, number))
      });
      remove.append(icon('cross'));
      remove.addEventListener('click', () => {
        boxes.remove([id]);
        this.onDone();
      });
      row.append(remove);
    }
    return row;
  }

  private readonly title: HTMLElement;
  private readonly list: HTMLElement;
  private readonly none: HTMLElement;
  private drawn = '';
}
