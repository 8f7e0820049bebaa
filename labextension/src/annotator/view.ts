import type { ITrans } from '../i18n';
import { conflictChoices } from './conflict';
import { element, icon, say } from './dom';
import { helpTable } from './help';
import type { Action } from './keys';
import { actionOf, labelKeys } from './keys';
import { Pictures } from './pictures';
import type { Session } from './session';

const STRIP = 15;
const ZOOMS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16];

export interface IViewOptions {
  trans: ITrans;
  /** Esc with nothing left to leave. */
  onLeave?: () => void;
  /** Colours of labels that have none. */
  colour: (index: number) => string;
  stateWord: (state: string) => string;
  /** What an image element can load for an address, where the browser can't reach it by itself. */
  resolvePicture?: (url: string) => Promise<string>;
}

/** Draws a session: the picture, what is said of it, the labels, the strip; and obeys keys while it has the focus. */
export class AnnotatorView {
  constructor(
    private readonly root: HTMLElement,
    private readonly session: Session,
    private readonly options: IViewOptions
  ) {
    this.trans = options.trans;
    this.pictures = new Pictures(options.resolvePicture);
    this.keys = labelKeys(session.options.labels);
    root.classList.add('jp-AISpace-Annotator');
    root.tabIndex = 0;
    root.setAttribute('role', 'application');
    root.setAttribute('aria-label', this.trans.__('Annotator: press ? for the keys'));
    this.build();
    root.addEventListener('keydown', this.onKeyDown);
    this.stop = session.onChange(() => this.schedule());
    this.draw();
  }

  focus(): void {
    this.root.focus({ preventScroll: true });
  }

  /** Do what a key or a command asks for. */
  run(action: Action): void {
    const { session, trans } = this;
    switch (action.do) {
      case 'label':
        if (!session.options.readOnly) {
          session.toggle(action.label);
          this.tell(trans.__('Labelled %1', action.label));
        }
        break;
      case 'confirm':
      case 'confirm-stay':
        if (!session.options.readOnly && !session.confirm(action.do === 'confirm-stay')) {
          this.tell(trans.__('Give it a label first'));
          this.flash();
        }
        break;
      case 'next':
        void session.next();
        break;
      case 'previous':
        void session.previous();
        break;
      case 'first':
        void session.goTo(0);
        break;
      case 'last':
        void session.goTo(session.total - 1);
        break;
      case 'go-to':
        this.place.focus();
        this.place.select();
        break;
      case 'undo':
        this.tell(session.undo() ? trans.__('Undone') : trans.__('Nothing to undo'));
        break;
      case 'redo':
        this.tell(session.redo() ? trans.__('Done again') : trans.__('Nothing to redo'));
        break;
      case 'hard':
        session.toggleHard();
        break;
      case 'repeat': {
        const before = session.labelsAt(session.position - 1);
        if (before.length > 0) {
          before
            .filter(label => !session.edit.labels.includes(label))
            .forEach(label => session.toggle(label));
        }
        break;
      }
      case 'clear':
        session.clear();
        break;
      case 'find':
        this.finder.focus();
        this.finder.select();
        break;
      case 'help':
        this.toggleHelp();
        break;
      case 'leave':
        if (!this.help.hidden) {
          this.toggleHelp();
        } else {
          this.options.onLeave?.();
        }
        break;
      case 'zoom-in':
      case 'zoom-out': {
        const now = this.zoom ?? this.fitted();
        const step = action.do === 'zoom-in' ? 1 : -1;
        const next =
          step > 0
            ? ZOOMS.find(zoom => zoom > now * 1.01)
            : [...ZOOMS].reverse().find(zoom => zoom < now * 0.99);
        this.zoom = next ?? now;
        this.fit();
        break;
      }
      case 'fit':
        this.zoom = null;
        this.fit();
        break;
      case 'actual':
        this.zoom = 1;
        this.fit();
        break;
    }
  }

  dispose(): void {
    this.stop();
    this.observer?.disconnect();
    this.root.removeEventListener('keydown', this.onKeyDown);
    cancelAnimationFrame(this.frame);
    this.root.replaceChildren();
  }

  private readonly onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (target === this.finder || target === this.place) {
      this.onFieldKey(event, target);
      return;
    }
    const onButton = target.closest('button') !== null && (event.key === 'Enter' || event.key === ' ');
    if (onButton) {
      event.stopPropagation();
      return;
    }
    const action = actionOf(event, this.keys);
    if (action) {
      event.preventDefault();
      event.stopPropagation();
      this.run(action);
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1) {
      // No plain key leaves: in a notebook it would cut or paste cells.
      event.stopPropagation();
    }
  };

  private onFieldKey(event: KeyboardEvent, field: HTMLElement): void {
    event.stopPropagation();
    if (event.isComposing) {
      return;
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      this.finder.value = '';
      this.drawLabels();
      this.focus();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (field === this.place) {
        const position = Number(this.place.value);
        if (Number.isInteger(position) && position >= 1) {
          void this.session.goTo(position - 1);
        }
      } else {
        const found = this.list.querySelector<HTMLElement>('button:not([hidden])');
        if (found?.dataset.label !== undefined) {
          this.run({ do: 'label', label: found.dataset.label });
        }
        this.finder.value = '';
        this.drawLabels();
      }
      this.focus();
    }
  }

  private build(): void {
    const { trans } = this;
    const button = (
      action: Action['do'],
      label: string,
      symbol: Parameters<typeof icon>[0]
    ): HTMLButtonElement => {
      const made = element('button', {
        type: 'button',
        class: 'ais-Button ais-mod-quiet ais-mod-icon',
        'aria-label': label,
        title: label
      });
      made.append(icon(symbol));
      made.addEventListener('click', () => {
        this.run({ do: action } as Action);
        this.focus();
      });
      return made;
    };
    this.place = element('input', {
      class: 'ais-Input',
      type: 'text',
      inputmode: 'numeric',
      'aria-label': trans.__('Number of the sample')
    });
    this.of = element('span', {});
    this.name = element('span', { class: 'ais-Annotator-name ais-Code' });
    this.mark = element('span', { class: 'ais-SaveMark', role: 'status' });
    this.undoButton = button('undo', trans.__('Undo (Ctrl+Z)'), 'undo');
    this.redoButton = button('redo', trans.__('Redo (Ctrl+Y)'), 'redo');
    const bar = element('div', { class: 'ais-Annotator-bar' });
    bar.append(
      button('previous', trans.__('Previous sample (←)'), 'back'),
      this.place,
      this.of,
      button('next', trans.__('Next sample (→)'), 'forward'),
      this.name,
      this.mark,
      this.undoButton,
      this.redoButton,
      button('help', trans.__('Keys (?)'), 'keyboard')
    );

    this.stage = element('div', { class: 'ais-Annotator-stage' });
    this.picture = element('img', { alt: '' });
    this.notice = element('p', { class: 'ais-Annotator-notice', hidden: '' });
    this.stage.append(this.picture, this.notice);

    this.conflict = element('div', { class: 'ais-Annotator-conflict', role: 'alert', hidden: '' });
    this.said = element('div', { class: 'ais-Annotator-said' });
    this.hard = element('button', {
      type: 'button',
      class: 'ais-Button ais-mod-plain',
      'aria-pressed': 'false'
    });
    this.hard.append(icon('flag'), document.createTextNode(` ${trans.__('Hard example (U)')}`));
    this.hard.addEventListener('click', () => {
      this.run({ do: 'hard' });
      this.focus();
    });
    this.finder = element('input', {
      class: 'ais-Input',
      type: 'search',
      placeholder: trans.__('/ find a label'),
      'aria-label': trans.__('Find a label')
    });
    this.finder.addEventListener('input', () => this.drawLabels());
    this.list = element('div', {
      class: 'ais-Annotator-labels',
      role: 'group',
      'aria-label': trans.__('Labels')
    });
    this.session.options.labels.forEach((label, index) => {
      const key = [...this.keys].find(([, name]) => name === label.name)?.[0] ?? '';
      const one = element('button', { type: 'button', 'aria-pressed': 'false', 'data-label': label.name });
      const swatch = element('i', {});
      swatch.style.background = label.color ?? this.options.colour(index);
      const kbd = element('kbd', {});
      kbd.textContent = key;
      const word = element('span', {});
      word.textContent = label.name;
      one.append(kbd, swatch, word);
      one.addEventListener('click', () => {
        this.run({ do: 'label', label: label.name });
        this.focus();
      });
      this.list.append(one);
    });
    this.confirmButton = element('button', { type: 'button', class: 'ais-Button ais-mod-primary' });
    this.confirmButton.textContent = trans.__('Confirm and next ⏎');
    this.confirmButton.addEventListener('click', () => {
      this.run({ do: 'confirm' });
      this.focus();
    });
    const side = element('div', { class: 'ais-Annotator-side' });
    side.append(this.conflict, this.said, this.hard);
    if (this.session.options.labels.length > 10) {
      side.append(this.finder);
    }
    side.append(this.list, this.confirmButton);
    if (this.session.options.labels.length === 0) {
      const none = element('p', {});
      none.textContent = trans.__('There is no label yet: add some on the tab "Labels" of the dataset.');
      side.append(none);
    }

    this.strip = element('div', {
      class: 'ais-Annotator-strip',
      role: 'group',
      'aria-label': trans.__('Samples around')
    });
    this.help = helpTable(trans, this.session.options.template);
    this.live = element('div', { class: 'ais-Hidden', 'aria-live': 'polite' });
    const main = element('div', { class: 'ais-Annotator-main' });
    main.append(this.stage, side);
    this.root.append(bar, main, this.strip, this.help, this.live);
    if (typeof ResizeObserver !== 'undefined') {
      this.observer = new ResizeObserver(() => this.fit());
      this.observer.observe(this.stage);
    }
  }

  private schedule(): void {
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.draw();
      });
    }
  }

  private draw(): void {
    const { session, trans } = this;
    const sample = session.sample;
    if (document.activeElement !== this.place) {
      this.place.value = session.total > 0 ? String(session.position + 1) : '0';
    }
    this.of.textContent = trans.__('of %1', session.total.toLocaleString('en-US'));
    this.name.textContent = sample?.path ?? '';
    this.name.title = sample?.path ?? '';
    this.drawMark();
    this.undoButton.setAttribute('aria-disabled', String(!session.history.canUndo));
    this.redoButton.setAttribute('aria-disabled', String(!session.history.canRedo));
    this.drawPicture();
    this.drawSaid();
    this.drawLabels();
    this.drawConflict();
    this.drawStrip();
    const { edit } = session;
    this.hard.setAttribute('aria-pressed', String(edit.hard));
    const blocked = edit.labels.length === 0 || session.options.readOnly;
    this.confirmButton.setAttribute('aria-disabled', String(blocked));
    this.confirmButton.title = session.options.readOnly
      ? trans.__('You may only read it')
      : blocked
        ? trans.__('Give it a label first')
        : '';
  }

  private drawMark(): void {
    const { trans } = this;
    const state = this.session.saveState;
    const { refusal } = this.session;
    const time = (at: number): string => new Date(at).toTimeString().slice(0, 8);
    const [symbol, tone, words] = refusal
      ? (['cross', 'error', refusal.message] as const)
      : state.state === 'saving'
        ? (['refresh', 'brand', trans.__('Saving')] as const)
        : state.state === 'kept'
          ? ([
              'warning',
              'warning',
              trans._n('Not saved, %1 edit kept here', 'Not saved, %1 edits kept here', state.kept)
            ] as const)
          : state.state === 'conflict'
            ? ([
                'warning',
                'warning',
                trans.__('Changed by %1', state.by ?? trans.__('somebody else'))
              ] as const)
            : ([
                'tick',
                'success',
                state.at ? trans.__('Saved %1', time(state.at)) : trans.__('Saved')
              ] as const);
    if (this.mark.dataset.words !== words) {
      this.mark.dataset.words = words;
      this.mark.dataset.state = refusal ? 'refused' : state.state;
      const made = icon(symbol);
      made.classList.add(`ais-tone-${tone}`);
      this.mark.replaceChildren(made, document.createTextNode(` ${words}`));
    }
  }

  private drawPicture(): void {
    const { session, trans } = this;
    const sample = session.sample;
    const url = sample ? session.source.pictureUrl(sample) : '';
    if (!sample) {
      this.picture.hidden = true;
      this.notice.hidden = false;
      this.notice.textContent = session.failure
        ? session.failure.message
        : session.ready && session.total === 0
          ? trans.__('No sample matches. Go back and choose other filters.')
          : trans.__('Loading');
      return;
    }
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
          this.fit();
        }
      },
      () => {
        if (this.shown === url) {
          this.picture.hidden = true;
          this.notice.hidden = false;
          this.notice.textContent = trans.__('This picture can not be shown.');
        }
      }
    );
    for (const step of [1, 2, -1]) {
      const other = session.row(session.position + step);
      if (other) {
        this.pictures.fetch(session.source.pictureUrl(other)).catch(() => undefined);
      }
    }
  }

  private fitted(): number {
    const { width, height } = this.natural;
    if (!width || !height) {
      return 1;
    }
    const across = Math.max(40, this.stage.clientWidth - 24);
    const down = Math.max(40, this.stage.clientHeight - 24);
    return Math.min(across / width, down / height, 24);
  }

  private fit(): void {
    const zoom = this.zoom ?? this.fitted();
    this.picture.style.width = `${Math.max(1, this.natural.width * zoom)}px`;
    this.picture.style.height = `${Math.max(1, this.natural.height * zoom)}px`;
    this.picture.style.imageRendering = zoom >= 2 ? 'pixelated' : 'auto';
  }

  private drawSaid(): void {
    const { session, trans } = this;
    const sample = session.sample;
    const { edit } = session;
    const state = session.stateAt(session.position);
    const by = sample?.annotation.by?.name;
    const automatic = sample?.state === 'auto' ? sample.annotation.objects[0]?.score : null;
    say(this.said, [
      `${trans.__('State')}: ${this.options.stateWord(state)}`,
      `${trans.__('Label')}: ${edit.labels.join(', ') || trans.__('none')}`,
      automatic !== null && automatic !== undefined
        ? trans.__('automatic, %1 % sure', Math.round(automatic * 100))
        : null,
      by ? trans.__('by %1', by) : null
    ]);
  }

  private drawLabels(): void {
    const chosen = this.session.edit.labels;
    const needle = this.finder.value.trim().toLowerCase();
    for (const one of this.list.children) {
      const button = one as HTMLButtonElement;
      button.setAttribute('aria-pressed', String(chosen.includes(button.dataset.label ?? '')));
      button.hidden = needle !== '' && !(button.dataset.label ?? '').toLowerCase().includes(needle);
    }
  }

  private drawConflict(): void {
    this.conflict.hidden = !this.session.conflict;
    this.conflict.replaceChildren(...conflictChoices(this.session, this.trans, () => this.focus()));
  }

  private drawStrip(): void {
    const { session, trans } = this;
    const half = Math.floor(STRIP / 2);
    const first = Math.max(0, Math.min(session.position - half, session.total - STRIP));
    const last = Math.min(session.total - 1, first + STRIP - 1);
    const wanted: HTMLElement[] = [];
    for (let position = first; position <= last; position++) {
      const row = session.row(position);
      const id = row?.id ?? `empty-${position}`;
      let cell = this.cells.get(id);
      if (!cell) {
        cell = element('button', { type: 'button', tabindex: '-1' });
        if (row) {
          const image = element('img', { alt: '', loading: 'lazy', decoding: 'async' });
          this.pictures.show(image, session.source.thumbnailUrl(row));
          cell.append(image, element('span', {}));
        }
        const at = position;
        cell.addEventListener('click', () => {
          void session.goTo(at);
          this.focus();
        });
        this.cells.set(id, cell);
      }
      const state = session.stateAt(position);
      const labels = session.labelsAt(position).join(', ');
      cell.setAttribute(
        'aria-label',
        `${position + 1}: ${this.options.stateWord(state)}${labels ? `, ${labels}` : ''}`
      );
      cell.setAttribute('aria-current', String(position === session.position));
      cell.dataset.state = state;
      const caption = cell.querySelector('span');
      if (caption) {
        caption.textContent = labels || (state === 'unlabelled' ? '·' : trans.__('none'));
      }
      wanted.push(cell);
    }
    if (this.cells.size > STRIP * 8) {
      const keep = new Set(wanted);
      for (const [id, cell] of this.cells) {
        if (!keep.has(cell)) {
          this.cells.delete(id);
        }
      }
    }
    const present = [...this.strip.children];
    if (present.length !== wanted.length || present.some((cell, index) => cell !== wanted[index])) {
      this.strip.replaceChildren(...wanted);
    }
  }

  private toggleHelp(): void {
    this.help.hidden = !this.help.hidden;
    this.focus();
  }

  private flash(): void {
    this.list.classList.add('ais-mod-flash');
    setTimeout(() => this.list.classList.remove('ais-mod-flash'), 400);
  }

  private tell(text: string): void {
    this.live.textContent = text;
  }

  private readonly trans: ITrans;
  private readonly keys: Map<string, string>;
  private readonly stop: () => void;
  private readonly pictures: Pictures;
  private readonly cells = new Map<string, HTMLButtonElement>();
  private observer: ResizeObserver | undefined;
  private frame = 0;
  private zoom: number | null = null;
  private natural = { width: 0, height: 0 };
  private shown = '';
  private place!: HTMLInputElement;
  private of!: HTMLElement;
  private name!: HTMLElement;
  private mark!: HTMLElement;
  private undoButton!: HTMLButtonElement;
  private redoButton!: HTMLButtonElement;
  private stage!: HTMLElement;
  private picture!: HTMLImageElement;
  private notice!: HTMLElement;
  private conflict!: HTMLElement;
  private said!: HTMLElement;
  private hard!: HTMLButtonElement;
  private finder!: HTMLInputElement;
  private list!: HTMLElement;
  private confirmButton!: HTMLButtonElement;
  private strip!: HTMLElement;
  private help!: HTMLElement;
  private live!: HTMLElement;
}
