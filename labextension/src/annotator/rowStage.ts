import type { ITrans } from '../i18n';
import { element } from './dom';
import type { IStage, Zoom } from './stage';
import { nextZoom } from './stage';
import type { IAnnotatorSample } from './types';

/** A row of a table: each column with its value, one below the other. */
export class RowStage implements IStage {
  constructor(private readonly trans: ITrans) {
    this.node = element('div', { class: 'ais-Annotator-stage ais-mod-row' });
  }

  readonly node: HTMLElement;
  onScale: (() => void) | null = null;

  get scale(): string {
    return `${Math.round(this.size * 100)} %`;
  }

  show(sample: IAnnotatorSample | undefined, notice: string): void {
    const key = sample ? `${sample.id} ${sample.revision}` : notice;
    if (key === this.shown) {
      return;
    }
    this.shown = key;
    const values = Object.entries(sample?.values ?? {});
    if (values.length === 0) {
      const words = element('p', { class: 'ais-Annotator-notice' });
      words.textContent = sample ? this.trans.__('This row has no columns.') : notice;
      this.node.replaceChildren(words);
      return;
    }
    const table = element('table', { 'aria-label': sample?.path ?? '' });
    const head = element('tr', {});
    for (const title of [this.trans.__('Column'), this.trans.__('Value')]) {
      const cell = element('th', { scope: 'col' });
      cell.textContent = title;
      head.append(cell);
    }
    table.append(head);
    for (const [column, value] of values) {
      const row = element('tr', {});
      const name = element('th', { scope: 'row' });
      name.textContent = column;
      const cell = element('td', { class: typeof value === 'number' ? 'ais-mod-number' : '', dir: 'auto' });
      if (value === null) {
        const none = element('i', {});
        none.textContent = this.trans.__('empty');
        cell.append(none);
      } else {
        cell.textContent = String(value);
      }
      row.append(name, cell);
      table.append(row);
    }
    this.node.replaceChildren(table);
  }

  redraw(): void {
    // A row shows nothing of what is said of it.
  }

  zoom(what: Zoom): void {
    this.size = what === 'in' || what === 'out' ? Math.min(4, nextZoom(this.size, what)) : 1;
    this.resize();
  }

  resize(): void {
    this.node.style.setProperty('--ais-text-size', String(this.size));
  }

  dispose(): void {
    this.shown = '';
  }

  private size = 1;
  private shown = '';
}
