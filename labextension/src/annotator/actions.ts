import type { ITrans } from '../i18n';

/**
 * What one can do by a key, with the keys it has unless the user chose others.
 *
 * Keys are written as Lumino writes them on an American keyboard ("Accel" is Ctrl, or Cmd on a Mac), so that the commands of JupyterLab and
 * the plain keys of a notebook's output come from one table. `shapes` marks what only kinds with shapes have.
 */
const TABLE = [
  { do: 'confirm', keys: ['Enter', 'C'] },
  { do: 'confirm-stay', keys: ['Shift Enter'] },
  { do: 'accept', keys: ['Shift C'] },
  { do: 'reject', keys: ['Shift X'] },
  { do: 'next', keys: ['ArrowRight', 'PageDown'] },
  { do: 'previous', keys: ['ArrowLeft', 'PageUp'] },
  { do: 'first', keys: ['Accel Home'] },
  { do: 'last', keys: ['Accel End'] },
  { do: 'go-to', keys: ['Accel G'] },
  { do: 'undo', keys: ['Accel Z'] },
  { do: 'redo', keys: ['Accel Shift Z', 'Accel Y'] },
  { do: 'find', keys: ['/'] },
  { do: 'repeat', keys: ['R'] },
  { do: 'hard', keys: ['U'] },
  { do: 'clear', keys: ['Backspace', 'Delete'] },
  { do: 'tool-select', keys: ['V'], shapes: true },
  { do: 'tool-box', keys: ['B'], shapes: true },
  { do: 'new-object', keys: ['N'], shapes: true },
  { do: 'previous-object', keys: ['['], shapes: true },
  { do: 'next-object', keys: [']'], shapes: true },
  { do: 'select-all', keys: ['Accel A'], shapes: true },
  { do: 'copy', keys: ['Accel C'], shapes: true },
  { do: 'cut', keys: ['Accel X'], shapes: true },
  { do: 'paste', keys: ['Accel V'], shapes: true },
  { do: 'move-left', keys: ['Shift ArrowLeft'], shapes: true },
  { do: 'move-right', keys: ['Shift ArrowRight'], shapes: true },
  { do: 'move-up', keys: ['Shift ArrowUp'], shapes: true },
  { do: 'move-down', keys: ['Shift ArrowDown'], shapes: true },
  { do: 'grow-left', keys: ['Accel Shift ArrowLeft'], shapes: true },
  { do: 'grow-right', keys: ['Accel Shift ArrowRight'], shapes: true },
  { do: 'grow-up', keys: ['Accel Shift ArrowUp'], shapes: true },
  { do: 'grow-down', keys: ['Accel Shift ArrowDown'], shapes: true },
  { do: 'hide-others', keys: ['H'], shapes: true },
  { do: 'hide-all', keys: ['Shift H'], shapes: true },
  { do: 'zoom-in', keys: ['Shift =', '='] },
  { do: 'zoom-out', keys: ['-'] },
  { do: 'fit', keys: ['Shift 1'] },
  { do: 'actual', keys: ['Shift 0'] },
  { do: 'zoom-selection', keys: ['Shift 2'], shapes: true },
  { do: 'help', keys: ['Shift /'] },
  { do: 'leave', keys: ['Escape'] }
] as const satisfies readonly { do: string; keys: readonly string[]; shapes?: true }[];

export type ActionName = (typeof TABLE)[number]['do'];

export interface IAction {
  do: ActionName;
  keys: readonly string[];
  /** Only kinds with shapes have it. */
  shapes?: true;
}

export const ACTIONS: readonly IAction[] = TABLE;

/** What a key, a button or a command asks for. */
export type Action = { do: 'label'; label: string } | { do: ActionName };

/** Name of the event by which a command reaches the annotator that has the focus; its detail is the action. */
export const ACTION_EVENT = 'aispace:annotator';

/** The command of an action in JupyterLab. */
export function commandOf(action: ActionName): string {
  return `aispace:annotator-${action}`;
}

/** Where a key of an action is obeyed. Enter belongs to a button that has the focus. */
export function selectorOf(action: IAction, key: string): string {
  const root = action.shapes ? '.jp-AISpace-Annotator[data-shapes]' : '.jp-AISpace-Annotator';
  return key === 'Enter' ? `${root}:focus` : root;
}

/** What an action does, in the user's words. */
export function actionTitle(trans: ITrans, action: ActionName): string {
  const titles: Record<ActionName, string> = {
    confirm: trans.__('confirm and next'),
    'confirm-stay': trans.__('confirm and stay'),
    accept: trans.__('review: accept and next'),
    reject: trans.__('review: reject with a reason'),
    next: trans.__('next sample'),
    previous: trans.__('previous sample'),
    first: trans.__('first sample'),
    last: trans.__('last sample'),
    'go-to': trans.__('go to a number'),
    undo: trans.__('undo'),
    redo: trans.__('redo'),
    find: trans.__('find a label by typing'),
    repeat: trans.__('the objects of the previous sample'),
    hard: trans.__('hard example'),
    clear: trans.__('delete the selection or the labels; the last point while drawing'),
    'tool-select': trans.__('select and move'),
    'tool-box': trans.__('draw boxes: drag, or click four extreme points'),
    'new-object': trans.__('a new box in the middle of the view'),
    'previous-object': trans.__('previous object'),
    'next-object': trans.__('next object'),
    'select-all': trans.__('select all objects'),
    copy: trans.__('copy the selection'),
    cut: trans.__('cut the selection'),
    paste: trans.__('paste at the same place, also in another sample'),
    'move-left': trans.__('move left by a pixel, by 10 when held'),
    'move-right': trans.__('move right by a pixel, by 10 when held'),
    'move-up': trans.__('move up by a pixel, by 10 when held'),
    'move-down': trans.__('move down by a pixel, by 10 when held'),
    'grow-left': trans.__('make narrower'),
    'grow-right': trans.__('make wider'),
    'grow-up': trans.__('make lower'),
    'grow-down': trans.__('make taller'),
    'hide-others': trans.__('hide the other objects, or show them'),
    'hide-all': trans.__('hide all objects, or show them'),
    'zoom-in': trans.__('zoom in'),
    'zoom-out': trans.__('zoom out'),
    fit: trans.__('fit into the view'),
    actual: trans.__('100 %'),
    'zoom-selection': trans.__('zoom to the selection'),
    help: trans.__('these keys'),
    leave: trans.__('drop the drawing, deselect, leave the field, back to the grid')
  };
  return titles[action];
}
