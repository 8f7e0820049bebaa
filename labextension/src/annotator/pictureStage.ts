import type { ITrans } from '../i18n';
import { element } from './dom';
import type { Pictures } from './pictures';
import type { IStage, Zoom } from './stage';
import { nextZoom } from './stage';
import type { IAnnotatorSample } from './types';

/** A picture, as large as fits, or at a chosen size with scroll bars. */
export class PictureStage implements IStage {
  constructor(
    private readonly trans: ITrans,
    private readonly pictures: Pictures,
    private readonly urlOf: (sample: IAnnotatorSample) => string
  ) {
    this.node = element('div', { class: 'ais-Annotator-stage' });
    this.picture = element('img', { alt: '' });
    this.notice = element('p', { class: 'ais-Annotator-notice', hidden: '' });
    this.node.append(this.picture, this.notice);
  }

  readonly node: HTMLElement;
  onScale: (() => void) | null = null;

  get scale(): string {
    return this.natural.width ? `${Math.round((this.size ?? this.fitted()) * 100)} %` : '';
  }

  show(sample: IAnnotatorSample | undefined, notice: string): void {
    if (!sample) {
      this.shown = '';
      this.picture.hidden = true;
      this.notice.hidden = false;
      this.notice.textContent = notice;
      return;
    }
    const url = this.urlOf(sample);
    if (url === this.shown) {
      return;
    }
    this.shown = url;
    this.picture.alt = sample.path;
    this.pictures.fetch(url).then(
      image => {
        if (this.shown === url) {
          this.picture.src = image.src;
          this.picture.hidden = false;
          this.notice.hidden = true;
          this.natural = { width: image.naturalWidth, height: image.naturalHeight };
          this.resize();
          this.onScale?.();
        }
      },
      () => {
        if (this.shown === url) {
          this.picture.hidden = true;
          this.notice.hidden = false;
          this.notice.textContent = this.trans.__('This picture can not be shown.');
        }
      }
    );
  }

  redraw(): void {
    // A picture shows nothing of what is said of it.
  }

  zoom(what: Zoom): void {
    this.size =
      what === 'in' || what === 'out'
        ? nextZoom(this.size ?? this.fitted(), what)
        : what === 'actual'
          ? 1
          : null;
    this.resize();
  }

  resize(): void {
    const zoom = this.size ?? this.fitted();
    this.picture.style.width = `${Math.max(1, this.natural.width * zoom)}px`;
    this.picture.style.height = `${Math.max(1, this.natural.height * zoom)}px`;
    this.picture.style.imageRendering = zoom >= 2 ? 'pixelated' : 'auto';
  }

  dispose(): void {
    this.shown = '';
  }

  private fitted(): number {
    const { width, height } = this.natural;
    if (!width || !height) {
      return 1;
    }
    const across = Math.max(40, this.node.clientWidth - 24);
    const down = Math.max(40, this.node.clientHeight - 24);
    return Math.min(across / width, down / height, 24);
  }

  private readonly picture: HTMLImageElement;
  private readonly notice: HTMLElement;
  private natural = { width: 0, height: 0 };
  private size: number | null = null;
  private shown = '';
}
