import type { ITrans } from '../i18n';
import type { Boxes } from './boxes';
import { element } from './dom';
import { Drawing } from './drawing';
import type { IPoint, ISize } from './geometry';
import { Viewport } from './geometry';
import { nameOf } from './objects';
import type { IPainted } from './paint';
import { paint } from './paint';
import type { Paper } from './paper';
import type { Pictures } from './pictures';
import type { IStage, Zoom } from './stage';
import { nextZoom } from './stage';
import type { IAnnotatorSample, IBox } from './types';

interface IBoxStageOptions {
  trans: ITrans;
  pictures: Pictures;
  urlOf: (sample: IAnnotatorSample) => string;
  colourOf: (label: string) => string;
  /** A box was drawn. */
  onDrawn: () => void;
}

/** A picture under its boxes: zoom at the pointer, pan, draw, select, move, resize. */
export class BoxStage implements IStage {
  constructor(
    private readonly boxes: Boxes,
    private readonly options: IBoxStageOptions
  ) {
    this.drawing = new Drawing(boxes);
    this.node = element('div', { class: 'ais-Annotator-stage ais-mod-board' });
    this.picture = element('img', { alt: '', draggable: 'false' });
    this.sheet = element('div', { class: 'ais-Annotator-sheet', 'aria-hidden': 'true' });
    this.notice = element('p', { class: 'ais-Annotator-notice', hidden: '' });
    this.node.append(this.picture, this.sheet, this.notice);
    this.sheet.addEventListener('pointerdown', this.onDown);
    this.sheet.addEventListener('pointermove', this.onMove);
    this.sheet.addEventListener('pointerup', this.onUp);
    this.sheet.addEventListener('pointercancel', this.onCancel);
    this.sheet.addEventListener('wheel', this.onWheel, { passive: false });
    void import('./paper').then(({ Paper: Made }) => {
      if (!this.disposed) {
        this.paper = new Made(this.sheet, brush =>
          paint(brush, this.view, this.shapes(), this.drawing.points, this.font)
        );
        this.resize();
      }
    });
  }

  readonly node: HTMLElement;
  onScale: (() => void) | null = null;
  readonly drawing: Drawing;
  /** Space is held: the pointer moves the picture. */
  panning = false;
  /** Q is held: nothing is drawn over the picture. */
  bare = false;

  get scale(): string {
    return this.loaded ? `${Math.round(this.view.zoom * 100)} %` : '';
  }

  show(sample: IAnnotatorSample | undefined, notice: string): void {
    const url = sample ? this.options.urlOf(sample) : '';
    if (!sample) {
      this.picture.hidden = true;
      this.say(notice);
    }
    if (url === this.shown) {
      return;
    }
    this.shown = url;
    this.loaded = false;
    this.drawing.drop();
    this.picture.hidden = true;
    this.redraw();
    if (!sample) {
      return;
    }
    this.options.pictures.fetch(url).then(
      image => {
        if (this.shown === url) {
          this.picture.src = image.src;
          this.picture.alt = sample.path;
          this.picture.hidden = false;
          this.notice.hidden = true;
          this.loaded = true;
          this.fitting = true;
          // The stored size counts: boxes are in its pixels, whatever the picture's orientation says.
          this.natural = {
            width: sample.width ?? image.naturalWidth,
            height: sample.height ?? image.naturalHeight
          };
          this.resize();
          this.onScale?.();
        }
      },
      () => {
        if (this.shown === url) {
          this.say(this.options.trans.__('This picture can not be shown.'));
        }
      }
    );
  }

  redraw(): void {
    const { view, natural } = this;
    Object.assign(this.picture.style, {
      width: `${natural.width}px`,
      height: `${natural.height}px`,
      transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})`,
      imageRendering: view.zoom >= 2 ? 'pixelated' : 'auto'
    });
    this.paper?.draw();
  }

  zoom(what: Zoom): void {
    const size = this.screen();
    const middle = { x: size.width / 2, y: size.height / 2 };
    this.fitting = what === 'fit';
    if (what === 'selection') {
      const chosen = this.boxes.selected
        .map(object => object.shape)
        .filter((box): box is IBox => Boolean(box));
      if (chosen.length > 0) {
        const left = Math.min(...chosen.map(box => box.x));
        const top = Math.min(...chosen.map(box => box.y));
        const w = Math.max(...chosen.map(box => box.x + box.w)) - left;
        const h = Math.max(...chosen.map(box => box.y + box.h)) - top;
        this.view.show({ type: 'bbox', x: left, y: top, w, h }, size, Math.min(size.width, size.height) / 8);
      }
    } else if (what === 'fit') {
      this.view.fit(this.natural, size);
    } else {
      this.view.zoomTo(what === 'actual' ? 1 : nextZoom(this.view.zoom, what), middle);
    }
    this.redraw();
  }

  resize(): void {
    const size = this.screen();
    this.font = getComputedStyle(this.node).fontFamily || 'sans-serif';
    this.paper?.resize(size.width, size.height);
    if (this.fitting && this.loaded) {
      this.view.fit(this.natural, size);
    }
    this.redraw();
  }

  /** A box for those without a mouse: in the middle of what is seen, a fifth of it. */
  place(): void {
    const size = this.screen();
    const middle = this.view.toPicture({ x: size.width / 2, y: size.height / 2 });
    const seen = Math.min(size.width, size.height) / this.view.zoom;
    const whole = Math.min(this.boxes.size.width, this.boxes.size.height);
    const side = Math.max(1, Math.round(Math.min(seen, whole) / 5));
    const x = Math.min(
      Math.max(0, Math.round(middle.x - side / 2)),
      Math.max(0, this.boxes.size.width - side)
    );
    const y = Math.min(
      Math.max(0, Math.round(middle.y - side / 2)),
      Math.max(0, this.boxes.size.height - side)
    );
    if (this.boxes.add({ type: 'bbox', x, y, w: side, h: side })) {
      this.options.onDrawn();
    }
  }

  dispose(): void {
    this.disposed = true;
    this.paper?.dispose();
    this.shown = '';
  }

  private shapes(): IPainted[] {
    if (this.bare || !this.loaded) {
      return [];
    }
    const { boxes, drawing } = this;
    const chosen = boxes.selected.length;
    const painted = boxes.objects.flatMap((object, index): IPainted[] => {
      const box = drawing.preview.get(object.id ?? '') ?? object.shape;
      if (!box || !boxes.isShown(object)) {
        return [];
      }
      const selected = boxes.isSelected(object);
      const automatic = object.score !== null && object.score !== undefined;
      const sure = automatic ? ` ${Math.round((object.score ?? 0) * 100)} %` : '';
      return [
        {
          box,
          colour: this.options.colourOf(object.label ?? ''),
          tag: nameOf(object, index + 1) + sure,
          automatic,
          selected,
          handles: selected && chosen === 1
        }
      ];
    });
    // The selected ones lie on top.
    painted.sort((a, b) => Number(a.selected) - Number(b.selected));
    if (drawing.draft) {
      const colour = this.options.colourOf(boxes.label ?? '');
      painted.push({
        box: drawing.draft,
        colour,
        tag: '',
        automatic: false,
        selected: false,
        handles: false
      });
    }
    return painted;
  }

  private readonly onDown = (event: PointerEvent): void => {
    if (!this.loaded || (event.button !== 0 && event.button !== 1)) {
      return;
    }
    event.preventDefault();
    // The keys belong to the annotator: the focus comes back to it.
    this.node.closest<HTMLElement>('.jp-AISpace-Annotator')?.focus({ preventScroll: true });
    this.sheet.setPointerCapture(event.pointerId);
    if (event.button === 1 || this.panning) {
      this.pan = this.onSheet(event);
      return;
    }
    this.drawing.down({ ...this.point(event), shift: event.shiftKey }, 1 / this.view.zoom);
    this.redraw();
  };

  private readonly onMove = (event: PointerEvent): void => {
    const at = this.onSheet(event);
    if (this.pan) {
      this.fitting = false;
      this.view.pan(at.x - this.pan.x, at.y - this.pan.y);
      this.pan = at;
      this.redraw();
      return;
    }
    this.drawing.move({ ...this.point(event), shift: event.shiftKey });
    this.sheet.style.cursor = this.panning
      ? 'grab'
      : this.drawing.cursor(this.point(event), 1 / this.view.zoom);
    if (this.drawing.active) {
      this.redraw();
    }
  };

  private readonly onUp = (event: PointerEvent): void => {
    if (this.pan) {
      this.pan = null;
      return;
    }
    if (!this.loaded || event.button !== 0) {
      return;
    }
    if (this.drawing.up({ ...this.point(event), shift: event.shiftKey })) {
      this.options.onDrawn();
    }
    this.redraw();
  };

  private readonly onCancel = (): void => {
    this.pan = null;
    this.drawing.drop();
    this.redraw();
  };

  private readonly onWheel = (event: WheelEvent): void => {
    if (!this.loaded) {
      return;
    }
    event.preventDefault();
    this.fitting = false;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const factor = Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) / 400);
    this.view.zoomTo(this.view.zoom * factor, this.onSheet(event));
    this.redraw();
    this.onScale?.();
  };

  private onSheet(event: MouseEvent): IPoint {
    const box = this.sheet.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private point(event: MouseEvent): IPoint {
    return this.view.toPicture(this.onSheet(event));
  }

  private screen(): ISize {
    return { width: this.node.clientWidth, height: this.node.clientHeight };
  }

  private say(words: string): void {
    this.notice.hidden = false;
    this.notice.textContent = words;
  }

  private readonly picture: HTMLImageElement;
  private readonly sheet: HTMLDivElement;
  private readonly notice: HTMLElement;
  private readonly view = new Viewport();
  private paper: Paper | null = null;
  private natural: ISize = { width: 0, height: 0 };
  private font = 'sans-serif';
  private shown = '';
  private loaded = false;
  private fitting = true;
  private disposed = false;
  private pan: IPoint | null = null;
}
