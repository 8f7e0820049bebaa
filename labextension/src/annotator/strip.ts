import type { ITrans } from '../i18n';
import { element } from './dom';
import { shownValue, summary } from './objects';
import type { Pictures } from './pictures';
import type { Session } from './session';
import type { IAnnotatorSample } from './types';

const LENGTH = 15;

/** The beginning of what a sample is, where it is no picture. */
function beginning(sample: IAnnotatorSample): string {
  return sample.values
    ? Object.values(sample.values).slice(0, 4).map(shownValue).join(' · ')
    : (sample.excerpt ?? sample.path).slice(0, 60);
}

/** The samples around the present one, each with the mark of its state. */
export class Strip {
  constructor(
    private readonly trans: ITrans,
    private readonly session: Session,
    private readonly pictures: Pictures,
    private readonly stateWord: (state: string) => string,
    private readonly onChoose: (position: number) => void
  ) {
    this.node = element('div', {
      class: 'ais-Annotator-strip',
      role: 'group',
      'aria-label': trans.__('Samples around')
    });
  }

  readonly node: HTMLElement;

  draw(): void {
    const { session, trans } = this;
    const half = Math.floor(LENGTH / 2);
    const first = Math.max(0, Math.min(session.position - half, session.total - LENGTH));
    const last = Math.min(session.total - 1, first + LENGTH - 1);
    const wanted: HTMLElement[] = [];
    for (let position = first; position <= last; position++) {
      const row = session.row(position);
      const cell = this.cell(position, row);
      const state = session.stateAt(position);
      const said = summary(session.editAt(position).objects);
      cell.setAttribute('aria-label', `${position + 1}: ${this.stateWord(state)}${said ? `, ${said}` : ''}`);
      cell.setAttribute('aria-current', String(position === session.position));
      cell.dataset.state = state;
      const caption = cell.querySelector('span');
      if (caption) {
        caption.textContent = said || (state === 'unlabelled' ? '·' : trans.__('none'));
      }
      wanted.push(cell);
    }
    if (this.cells.size > LENGTH * 8) {
      const keep = new Set(wanted);
      for (const [id, cell] of this.cells) {
        if (!keep.has(cell)) {
          this.cells.delete(id);
        }
      }
    }
    const present = [...this.node.children];
    if (present.length !== wanted.length || present.some((cell, index) => cell !== wanted[index])) {
      this.node.replaceChildren(...wanted);
    }
  }

  private cell(position: number, row: IAnnotatorSample | undefined): HTMLButtonElement {
    const id = row?.id ?? `empty-${position}`;
    const known = this.cells.get(id);
    if (known) {
      return known;
    }
    const cell = element('button', { type: 'button', tabindex: '-1' });
    if (row && (this.session.options.dataType ?? 'image') === 'image') {
      const image = element('img', { alt: '', loading: 'lazy', decoding: 'async' });
      this.pictures.show(image, this.session.source.thumbnailUrl(row));
      cell.append(image, element('span', {}));
    } else if (row) {
      const words = element('div', { dir: 'auto' });
      words.textContent = beginning(row);
      cell.append(words, element('span', {}));
    }
    cell.addEventListener('click', () => this.onChoose(position));
    this.cells.set(id, cell);
    return cell;
  }

  private readonly cells = new Map<string, HTMLButtonElement>();
}
