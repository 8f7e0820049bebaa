import type { ITrans } from '../i18n';
import type { Action, ActionName } from './actions';
import { ACTION_EVENT, ACTIONS } from './actions';
import { BoxActions } from './boxActions';
import { Boxes } from './boxes';
import { BoxStage } from './boxStage';
import { conflictChoices } from './conflict';
import { element, icon, say } from './dom';
import { helpTable } from './help';
import { actionOf, labelKeys, labelOf, shownKey, shownKeys } from './keys';
import { LabelList } from './labelList';
import { ObjectList } from './objectList';
import { nameOf, summary, vouched } from './objects';
import { Pictures } from './pictures';
import { PictureStage } from './pictureStage';
import { ReviewBox } from './reviewBox';
import { RowStage } from './rowStage';
import { SaveMark } from './saveMark';
import type { Session } from './session';
import type { IStage, Zoom } from './stage';
import { Strip } from './strip';
import { TextStage } from './textStage';

export interface IViewOptions {
  trans: ITrans;
  /** Esc with nothing left to leave. */
  onLeave?: () => void;
  /** Colours of labels that have none. */
  colour: (index: number) => string;
  stateWord: (state: string) => string;
  /** What an image element can load for an address, where the browser can't reach it by itself. */
  resolvePicture?: (url: string) => Promise<string>;
  /**
   * The keys in force of each action, as Lumino writes them, where commands outside obey them (JupyterLab). Without it the annotator obeys the keys of its
   * own table while it has the focus.
   */
  keysOf?: (action: ActionName) => string[];
}

const ZOOM_OF: Partial<Record<ActionName, Zoom>> = {
  'zoom-in': 'in',
  'zoom-out': 'out',
  fit: 'fit',
  actual: 'actual',
  'zoom-selection': 'selection'
};
/** Draws a session: the sample, what is said of it, the labels, the strip; and obeys keys while it has the focus. */
export class AnnotatorView {
  constructor(
    private readonly root: HTMLElement,
    private readonly session: Session,
    private readonly options: IViewOptions
  ) {
    this.trans = options.trans;
    this.pictures = new Pictures(options.resolvePicture);
    this.keys = labelKeys(session.options.labels, session.shapes);
    root.classList.add('jp-AISpace-Annotator');
    root.tabIndex = 0;
    root.setAttribute('role', 'application');
    root.setAttribute('aria-label', this.trans.__('Annotator: press ? for the keys'));
    root.toggleAttribute('data-shapes', session.shapes);
    this.boxes = session.shapes ? new Boxes(session) : null;
    this.stage = this.makeStage();
    this.stage.onScale = () => this.schedule();
    this.build();
    root.addEventListener('keydown', this.onKeyDown);
    root.addEventListener('keyup', this.onKeyUp);
    root.addEventListener('blur', this.onKeyUp);
    root.addEventListener(ACTION_EVENT, this.onCommand);
    const stops = [
      session.onChange(() => this.schedule()),
      this.boxes?.onChange(() => this.schedule()) ?? (() => undefined)
    ];
    this.stop = () => stops.forEach(stop => stop());
    this.draw();
  }

  focus(): void {
    this.root.focus({ preventScroll: true });
  }

  /** Do what a key, a button or a command asks for. */
  run(action: Action): void {
    const { session, trans } = this;
    const zoom = ZOOM_OF[action.do as ActionName];
    if (zoom) {
      this.stage.zoom(zoom);
      this.schedule();
      return;
    }
    if (this.boxActions?.run(action, this.help !== null)) {
      return;
    }
    const { readOnly } = session.options;
    switch (action.do) {
      case 'label':
        if (!readOnly) {
          session.toggle(action.label);
          this.tell(trans.__('Labelled %1', action.label));
        }
        break;
      case 'confirm':
      case 'confirm-stay':
        if (!readOnly && !session.confirm(action.do === 'confirm-stay')) {
          this.tell(trans.__('Give it a label first'));
          this.labels.flash();
        }
        break;
      case 'accept':
        this.tell(session.review('accept') ? trans.__('Accepted') : trans.__('Confirm it first'));
        break;
      case 'reject':
        if (!this.reviewBox.ask()) {
          this.tell(trans.__('Confirm it first'));
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
      case 'repeat':
        this.repeat();
        break;
      case 'clear':
        session.clear();
        break;
      case 'find':
        this.labels.finder.hidden = false;
        this.labels.finder.focus();
        this.labels.finder.select();
        break;
      case 'help':
        this.toggleHelp();
        break;
      case 'leave':
        if (this.help) {
          this.toggleHelp();
        } else {
          this.options.onLeave?.();
        }
        break;
    }
  }

  dispose(): void {
    this.stop();
    this.boxes?.dispose();
    this.stage.dispose();
    this.observer?.disconnect();
    this.root.removeEventListener('keydown', this.onKeyDown);
    this.root.removeEventListener('keyup', this.onKeyUp);
    this.root.removeEventListener('blur', this.onKeyUp);
    this.root.removeEventListener(ACTION_EVENT, this.onCommand);
    cancelAnimationFrame(this.frame);
    this.root.replaceChildren();
  }

  /** Say of this sample what the one before says. */
  private repeat(): void {
    const { session, boxes } = this;
    const before = session.position > 0 ? session.editAt(session.position - 1).objects : [];
    if (before.length === 0 || session.options.readOnly) {
      return;
    }
    if (boxes) {
      boxes.repeat(before);
    } else if (session.options.task === 'single') {
      session.toggle(before[0].label ?? '');
    } else {
      const missing = before.filter(({ label }) => !session.labels.includes(label ?? ''));
      session.put([...session.edit.objects.map(vouched), ...missing.map(({ label }) => ({ label }))]);
    }
  }

  private readonly onCommand = (event: Event): void => {
    this.run((event as CustomEvent<Action>).detail);
  };

  private readonly onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (target === this.labels.finder || target === this.place) {
      this.onFieldKey(event, target);
      return;
    }
    const onButton = target.closest('button') !== null && (event.key === 'Enter' || event.key === ' ');
    if (onButton) {
      event.stopPropagation();
      return;
    }
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    // Outside commands obey the keys, once they are there; but an input method hides the letters from them.
    const own = !this.commanded || event.key === 'Process';
    const action = own ? actionOf(event, this.keys, this.session.shapes) : labelOf(event, this.keys);
    if (action || (plain && this.hold(event, true))) {
      event.preventDefault();
      event.stopPropagation();
      if (action) {
        this.run(action);
      }
    } else if (!this.commanded && plain && event.key.length === 1) {
      // No plain key leaves: in a notebook it would cut or paste cells. Commands of JupyterLab listen further out.
      event.stopPropagation();
    }
  };

  private readonly onKeyUp = (event: Event): void => {
    this.hold(event, false);
  };

  /** Keys that do something while they are held, and arrows that scroll what is read. */
  private hold(event: Event, down: boolean): boolean {
    const key = event instanceof KeyboardEvent ? event.key : '';
    const { stage } = this;
    if (!(stage instanceof BoxStage)) {
      const by = key === 'ArrowDown' ? 60 : key === 'ArrowUp' ? -60 : 0;
      if (down && by !== 0) {
        stage.node.scrollBy({ top: by });
      }
      return by !== 0;
    }
    if (!down && event.type === 'blur') {
      stage.panning = false;
      stage.bare = false;
    } else if (key === ' ') {
      stage.panning = down;
      return true;
    } else if (key.toLowerCase() === 'q') {
      stage.bare = down;
      stage.redraw();
      return true;
    }
    return false;
  }

  private onFieldKey(event: KeyboardEvent, field: HTMLElement): void {
    event.stopPropagation();
    if (event.isComposing) {
      return;
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      this.labels.clear();
      this.focus();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (field === this.place) {
        const position = Number(this.place.value);
        if (Number.isInteger(position) && position >= 1) {
          void this.session.goTo(position - 1);
        }
      } else {
        const label = this.labels.found;
        if (label !== undefined) {
          this.run({ do: 'label', label });
        }
        this.labels.clear();
      }
      this.focus();
    }
  }

  private makeStage(): IStage {
    const { session, trans, boxes, pictures } = this;
    const { source } = session;
    if (session.options.dataType === 'text') {
      return new TextStage(trans, sample => source.text(sample));
    }
    if (session.options.dataType === 'tabular') {
      return new RowStage(trans);
    }
    if (!boxes) {
      return new PictureStage(trans, pictures, sample => source.pictureUrl(sample));
    }
    return new BoxStage(boxes, {
      trans,
      pictures,
      urlOf: sample => source.pictureUrl(sample),
      colourOf: this.colourOf,
      onDrawn: () => {
        const n = boxes.objects.length;
        this.tell(trans.__('Drawn: %1', nameOf(boxes.objects[n - 1], n)));
      }
    });
  }

  private readonly colourOf = (label: string): string => {
    const index = this.session.options.labels.findIndex(one => one.name === label);
    return this.session.options.labels[index]?.color ?? this.options.colour(Math.max(0, index));
  };

  /** Whether commands outside obey the keys: JupyterLab loads them after the first page is drawn. */
  private get commanded(): boolean {
    const { keysOf } = this.options;
    return keysOf !== undefined && ACTIONS.some(action => keysOf(action.do).length > 0);
  }

  private keysOf(action: ActionName): string[] {
    const mac = /Mac/.test(navigator.platform);
    return this.commanded
      ? (this.options.keysOf?.(action) ?? []).map(key => shownKey(key, mac))
      : shownKeys(action, mac);
  }

  /** A button of an action, with its name and, in its title, its keys. */
  private button(
    action: ActionName,
    label: string,
    symbol: Parameters<typeof icon>[0],
    text = ''
  ): HTMLButtonElement {
    const keys = this.keysOf(action).join(', ');
    const made = element('button', {
      type: 'button',
      class: text ? 'ais-Button ais-mod-plain' : 'ais-Button ais-mod-quiet ais-mod-icon',
      'aria-label': label,
      title: keys ? `${label} (${keys})` : label
    });
    made.append(icon(symbol));
    if (text) {
      made.append(document.createTextNode(` ${text}`));
    }
    made.addEventListener('click', () => {
      this.run({ do: action });
      this.focus();
    });
    return made;
  }

  private build(): void {
    const { trans, session } = this;
    const { options } = session;
    this.place = element('input', {
      class: 'ais-Input',
      type: 'text',
      inputmode: 'numeric',
      'aria-label': trans.__('Number of the sample'),
      'data-lm-suppress-shortcuts': 'true'
    });
    this.of = element('span', {});
    this.name = element('span', { class: 'ais-Annotator-name ais-Code' });
    this.mark = new SaveMark(trans);
    this.undoButton = this.button('undo', trans.__('Undo'), 'undo');
    this.redoButton = this.button('redo', trans.__('Redo'), 'redo');
    this.scale = element('span', { class: 'ais-Annotator-scale' });
    const bar = element('div', { class: 'ais-Annotator-bar' });
    bar.append(
      this.button('previous', trans.__('Previous sample'), 'back'),
      this.place,
      this.of,
      this.button('next', trans.__('Next sample'), 'forward'),
      this.name,
      this.mark.node,
      this.undoButton,
      this.redoButton,
      this.button('zoom-out', trans.__('Zoom out'), 'minus'),
      this.scale,
      this.button('zoom-in', trans.__('Zoom in'), 'plus'),
      this.button('help', trans.__('Keys'), 'keyboard')
    );

    this.conflict = element('div', { class: 'ais-Annotator-conflict', role: 'alert', hidden: '' });
    this.said = element('div', { class: 'ais-Annotator-said' });
    this.hard = this.button('hard', trans.__('Hard example'), 'flag', trans.__('Hard example'));
    this.labels = new LabelList(trans, options.labels, this.keys, this.colourOf, label => {
      this.run({ do: 'label', label });
      this.focus();
    });
    this.confirmButton = element('button', { type: 'button', class: 'ais-Button ais-mod-primary' });
    this.confirmButton.textContent = trans.__('Confirm and next ⏎');
    this.confirmButton.addEventListener('click', () => {
      this.run({ do: 'confirm' });
      this.focus();
    });
    this.reviewBox = new ReviewBox(trans, session, {
      accept: () => {
        this.run({ do: 'accept' });
        this.focus();
      },
      reject: reason => {
        session.review('reject', reason);
        this.tell(trans.__('Rejected'));
      },
      focus: () => this.focus()
    });
    const side = element('div', { class: 'ais-Annotator-side' });
    side.append(this.conflict, this.said, this.hard);
    if (this.boxes) {
      this.objectList = new ObjectList(trans, this.boxes, this.colourOf, options.readOnly, () =>
        this.focus()
      );
      side.append(this.objectList.node);
      this.boxActions = new BoxActions(
        session,
        this.boxes,
        this.stage as BoxStage,
        trans,
        text => this.tell(text),
        (object, number) =>
          this.objectList?.describe(object, number, session.sample?.annotation.by?.name ?? null) ?? ''
      );
    }
    side.append(this.labels.finder, this.labels.list, this.confirmButton, this.reviewBox.node);
    if (options.labels.length === 0) {
      const none = element('p', {});
      none.textContent = trans.__('There is no label yet: add some on the tab "Labels" of the dataset.');
      side.append(none);
    }
    const main = element('div', { class: 'ais-Annotator-main' });
    if (this.boxes) {
      this.tools = [
        this.button('tool-select', trans.__('Select'), 'select'),
        this.button('tool-box', trans.__('Box'), 'box')
      ];
      const tools = element('div', {
        class: 'ais-Annotator-tools',
        role: 'toolbar',
        'aria-orientation': 'vertical',
        'aria-label': trans.__('Tools')
      });
      tools.append(...this.tools);
      main.append(tools);
    }
    main.append(this.stage.node, side);
    this.strip = new Strip(trans, session, this.pictures, this.options.stateWord, position => {
      void session.goTo(position);
      this.focus();
    });
    this.live = element('div', { class: 'ais-Hidden', 'aria-live': 'polite' });
    this.root.append(bar, main, this.strip.node, this.live);
    if (typeof ResizeObserver !== 'undefined') {
      this.observer = new ResizeObserver(() => {
        this.stage.resize();
        this.schedule();
      });
      this.observer.observe(this.stage.node);
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
    const { session, trans, boxes } = this;
    const { sample, edit } = session;
    if (document.activeElement !== this.place) {
      this.place.value = session.total > 0 ? String(session.position + 1) : '0';
    }
    this.of.textContent = trans.__('of %1', session.total.toLocaleString('en-US'));
    this.name.textContent = sample?.path ?? '';
    this.name.title = sample?.path ?? '';
    this.mark.draw(session);
    this.undoButton.setAttribute('aria-disabled', String(!session.history.canUndo));
    this.redoButton.setAttribute('aria-disabled', String(!session.history.canRedo));
    this.stage.show(sample, this.notice());
    this.stage.redraw();
    this.scale.textContent = this.stage.scale;
    this.prefetch();
    this.drawSaid();
    this.labels.draw(
      boxes
        ? boxes.selected.length > 0
          ? boxes.selected.map(object => object.label ?? '')
          : boxes.label !== null
            ? [boxes.label]
            : []
        : session.labels
    );
    this.objectList?.draw(sample?.annotation.by?.name ?? null);
    this.tools.forEach((tool, index) =>
      tool.setAttribute('aria-pressed', String((boxes?.tool === 'box') === (index === 1)))
    );
    this.reviewBox.draw();
    this.conflict.hidden = !session.conflict;
    this.conflict.replaceChildren(...conflictChoices(session, trans, () => this.focus()));
    this.strip.draw();
    this.hard.setAttribute('aria-pressed', String(edit.hard));
    const { readOnly } = session.options;
    this.confirmButton.setAttribute('aria-disabled', String(readOnly || !session.confirmable));
    this.confirmButton.title = readOnly
      ? trans.__('You may only read it')
      : session.confirmable
        ? ''
        : trans.__('Give it a label first');
  }

  private notice(): string {
    const { session, trans } = this;
    return session.failure
      ? session.failure.message
      : session.ready && session.total === 0
        ? trans.__('No sample matches. Go back and choose other filters.')
        : trans.__('Loading');
  }

  /** Pictures around are fetched before one asks for them. */
  private prefetch(): void {
    const { session } = this;
    if ((session.options.dataType ?? 'image') !== 'image' || this.prefetched === session.sample?.id) {
      return;
    }
    this.prefetched = session.sample?.id;
    for (const step of [1, 2, -1]) {
      const other = session.row(session.position + step);
      if (other) {
        this.pictures.fetch(session.source.pictureUrl(other)).catch(() => undefined);
      }
    }
  }

  private drawSaid(): void {
    const { session, trans } = this;
    const { sample, edit } = session;
    const by = sample?.annotation.by?.name;
    const automatic = session.shapes ? null : edit.objects[0]?.score;
    say(this.said, [
      `${trans.__('State')}: ${this.options.stateWord(session.stateAt(session.position))}`,
      session.shapes ? null : `${trans.__('Label')}: ${session.labels.join(', ') || trans.__('none')}`,
      automatic !== null && automatic !== undefined
        ? trans.__('automatic, %1 % sure', Math.round(automatic * 100))
        : null,
      by ? trans.__('by %1', by) : null,
      session.shapes && edit.objects.length > 0 ? summary(edit.objects) : null
    ]);
  }

  private toggleHelp(): void {
    if (this.help) {
      this.help.remove();
      this.help = null;
    } else {
      // Made when it is asked for: keys may have been changed since.
      this.help = helpTable(this.trans, this.session.options.task, action => this.keysOf(action));
      this.root.append(this.help);
    }
    this.focus();
  }

  private tell(text: string): void {
    this.live.textContent = text;
  }

  private readonly trans: ITrans;
  private readonly keys: Map<string, string>;
  private readonly stop: () => void;
  private readonly pictures: Pictures;
  private readonly boxes: Boxes | null;
  private readonly stage: IStage;
  private observer: ResizeObserver | undefined;
  private frame = 0;
  private prefetched: string | undefined;
  private objectList: ObjectList | null = null;
  private boxActions: BoxActions | null = null;
  private tools: HTMLButtonElement[] = [];
  private place!: HTMLInputElement;
  private of!: HTMLElement;
  private name!: HTMLElement;
  private scale!: HTMLElement;
  private mark!: SaveMark;
  private undoButton!: HTMLButtonElement;
  private redoButton!: HTMLButtonElement;
  private conflict!: HTMLElement;
  private said!: HTMLElement;
  private hard!: HTMLButtonElement;
  private labels!: LabelList;
  private confirmButton!: HTMLButtonElement;
  private reviewBox!: ReviewBox;
  private strip!: Strip;
  private help: HTMLElement | null = null;
  private live!: HTMLElement;
}
