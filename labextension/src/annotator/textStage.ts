import type { ITrans } from '../i18n';
import { element } from './dom';
import type { IStage, Zoom } from './stage';
import { nextZoom } from './stage';
import type { IAnnotatorSample } from './types';

/** Characters of a part of a long text: the browser lays out only the parts that are looked at. */
const PART = 4000;
const KEEP = 12;

/** A text to read: it scrolls, the labels beside it stay. */
export class TextStage implements IStage {
  constructor(
    private readonly trans: ITrans,
    private readonly textOf: (sample: IAnnotatorSample) => Promise<string>
  ) {
    this.node = element('div', {
      class: 'ais-Annotator-stage ais-mod-text',
      role: 'document',
      'aria-label': trans.__('Text')
    });
  }

  readonly node: HTMLElement;
  onScale: (() => void) | null = null;

  get scale(): string {
    return `${Math.round(this.size * 100)} %`;
  }

  show(sample: IAnnotatorSample | undefined, notice: string): void {
    if (!sample) {
      this.shown = '';
      this.say(notice);
      return;
    }
    const key = `${sample.id} ${sample.path}`;
    if (key === this.shown) {
      return;
    }
    this.shown = key;
    this.node.scrollTop = 0;
    const known = this.texts.get(key);
    if (known !== undefined) {
      this.draw(known);
      return;
    }
    // The beginning is there at once.
    this.draw(sample.excerpt ?? '');
    this.node.setAttribute('aria-busy', 'true');
    this.textOf(sample).then(
      text => {
        this.texts.set(key, text);
        while (this.texts.size > KEEP) {
          this.texts.delete(this.texts.keys().next().value as string);
        }
        if (this.shown === key) {
          this.draw(text);
        }
      },
      () => {
        if (this.shown === key) {
          this.shown = '';
          this.say(this.trans.__('This text can not be shown.'));
        }
      }
    );
  }

  redraw(): void {
    // A text shows nothing of what is said of it.
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

  private draw(text: string): void {
    this.node.removeAttribute('aria-busy');
    const parts: HTMLElement[] = [];
    for (let start = 0; start < text.length;) {
      let end = Math.min(text.length, start + PART);
      // Parts end where a line does, so that the seams can't be seen.
      const line = text.lastIndexOf('\n', end - 1);
      const seam = line > start && end < text.length;
      const part = element('div', { class: 'ais-Annotator-part', dir: 'auto' });
      if (seam) {
        end = line + 1;
      }
      part.textContent = text.slice(start, seam ? line : end);
      parts.push(part);
      start = end;
    }
    if (parts.length === 0) {
      this.say(this.trans.__('This text is empty.'));
      return;
    }
    this.node.replaceChildren(...parts);
  }

  private say(words: string): void {
    const notice = element('p', { class: 'ais-Annotator-notice' });
    notice.textContent = words;
    this.node.replaceChildren(notice);
  }

  private readonly texts = new Map<string, string>();
  private size = 1;
  private shown = '';
}
