import type { ITrans } from '../i18n';
import type { ActionName } from './actions';
import { ACTIONS, actionTitle } from './actions';
import { element } from './dom';
import type { IAnnotatorOptions } from './types';

/** All keys of the task that are in force, as a table. */
export function helpTable(
  trans: ITrans,
  task: IAnnotatorOptions['task'],
  keysOf: (action: ActionName) => string[]
): HTMLElement {
  const rows: [string, string][] = [
    [
      '1 - 9, 0',
      task === 'single'
        ? trans.__('give this label')
        : task === 'multi'
          ? trans.__('give or take this label')
          : trans.__('this label for the selection, or for the next box')
    ]
  ];
  for (const action of ACTIONS) {
    const keys = keysOf(action.do);
    if (keys.length > 0 && (task === 'boxes' || !action.shapes)) {
      rows.push([keys.join(', '), actionTitle(trans, action.do)]);
    }
  }
  if (task === 'boxes') {
    rows.push(
      ['Q', trans.__('look without boxes, while held')],
      [trans.__('wheel'), trans.__('zoom at the pointer')],
      [trans.__('Space + drag, middle button'), trans.__('move the picture')]
    );
  }
  const table = element('table', {});
  for (const [key, meaning] of rows) {
    const row = element('tr', {});
    const first = element('th', { scope: 'row' });
    const kbd = element('kbd', {});
    kbd.textContent = key;
    first.append(kbd);
    const second = element('td', {});
    second.textContent = meaning;
    row.append(first, second);
    table.append(row);
  }
  const box = element('div', {
    class: 'ais-Annotator-help',
    role: 'region',
    'aria-label': trans.__('Keys')
  });
  box.append(table);
  return box;
}
