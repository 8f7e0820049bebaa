import type { ITrans } from '../i18n';
import type { Action, ActionName } from './actions';
import type { Boxes } from './boxes';
import type { BoxStage } from './boxStage';
import type { Session } from './session';
import type { IAnnotatorObject } from './types';

const STEPS: Partial<Record<ActionName, [number, number]>> = {
  'move-left': [-1, 0],
  'move-right': [1, 0],
  'move-up': [0, -1],
  'move-down': [0, 1],
  'grow-left': [-1, 0],
  'grow-right': [1, 0],
  'grow-up': [0, -1],
  'grow-down': [0, 1]
};
/** Presses that follow each other faster than this come from a key that is held. */
const HELD = 120;

/** What keys, buttons and commands do where there are boxes. */
export class BoxActions {
  constructor(
    private readonly session: Session,
    private readonly boxes: Boxes,
    private readonly stage: BoxStage,
    private readonly trans: ITrans,
    private readonly tell: (text: string) => void,
    private readonly describe: (object: IAnnotatorObject, number: number) => string
  ) {}

  /** Do it; false where it means the same as everywhere. */
  run(action: Action, helpIsOpen: boolean): boolean {
    const { boxes, stage, trans } = this;
    const { readOnly } = this.session.options;
    const step = STEPS[action.do as ActionName];
    if (step) {
      const now = Date.now();
      const by = this.stepped === action.do && now - this.steppedAt < HELD ? 10 : 1;
      this.stepped = action.do;
      this.steppedAt = now;
      if (!readOnly && action.do.startsWith('move')) {
        boxes.move(step[0] * by, step[1] * by, 'move');
      } else if (!readOnly) {
        boxes.grow(step[0] * by, step[1] * by, 'grow');
      }
      return true;
    }
    switch (action.do) {
      case 'label':
        if (!readOnly) {
          const done = boxes.give(action.label);
          this.tell(
            done === 'given'
              ? trans.__('Labelled %1', action.label)
              : trans.__('The next box is: %1', action.label)
          );
        }
        return true;
      case 'tool-select':
      case 'tool-box':
        stage.drawing.drop();
        boxes.choose(action.do === 'tool-box' && !readOnly ? 'box' : 'select');
        return true;
      case 'new-object':
        if (!readOnly) {
          stage.place();
        }
        return true;
      case 'previous-object':
      case 'next-object': {
        const found = boxes.step(action.do === 'next-object' ? 1 : -1);
        if (found) {
          this.tell(this.describe(found.object, found.number));
        }
        return true;
      }
      case 'select-all':
        boxes.selectAll();
        return true;
      case 'copy':
      case 'cut': {
        const n = boxes.copy();
        if (action.do === 'cut' && !readOnly) {
          boxes.remove();
        }
        this.tell(n ? trans._n('%1 object copied', '%1 objects copied', n) : trans.__('Nothing is selected'));
        return true;
      }
      case 'paste':
        if (!readOnly) {
          const n = boxes.paste();
          this.tell(n ? trans._n('%1 object pasted', '%1 objects pasted', n) : trans.__('Nothing to paste'));
        }
        return true;
      case 'hide-others':
      case 'hide-all':
        boxes.hide(action.do === 'hide-all' ? 'all' : 'others');
        return true;
      case 'clear':
        if (!readOnly && !stage.drawing.undo() && boxes.remove() === 0) {
          this.tell(trans.__('Nothing is selected'));
        }
        stage.redraw();
        return true;
      case 'confirm':
        if (stage.drawing.points.length === 0) {
          return false;
        }
        if (stage.drawing.finish() === null) {
          this.tell(trans.__('Click two points at least'));
        }
        stage.redraw();
        return true;
      case 'undo':
      case 'redo': {
        // While a box is being drawn, the points are what is taken back.
        const done = action.do === 'undo' ? stage.drawing.undo() : stage.drawing.redo();
        stage.redraw();
        return done;
      }
      case 'leave':
        if (helpIsOpen) {
          return false;
        }
        if (stage.drawing.drop()) {
          stage.redraw();
          return true;
        }
        if (boxes.selected.length > 0) {
          boxes.select([]);
          return true;
        }
        if (boxes.tool !== 'select') {
          boxes.choose('select');
          return true;
        }
        return false;
      default:
        return false;
    }
  }

  private stepped = '';
  private steppedAt = 0;
}
