import type { ITrans } from '../i18n';
import { element } from './dom';

/** All keys of the task, as a table. */
export function helpTable(trans: ITrans, template: 'single' | 'multi'): HTMLElement {
  const rows: [string, string][] = [
    ['1 - 9, 0', template === 'single' ? trans.__('give this label') : trans.__('give or take this label')],
    ['/', trans.__('find a label by typing')],
    ['Enter, C', trans.__('confirm and next')],
    ['Shift+Enter', trans.__('confirm and stay')],
    ['← →, PgUp PgDn', trans.__('previous, next sample')],
    ['Ctrl+Home, Ctrl+End', trans.__('first, last sample')],
    ['Ctrl+G', trans.__('go to a number')],
    ['Ctrl+Z', trans.__('undo')],
    ['Ctrl+Y, Ctrl+Shift+Z', trans.__('redo')],
    ['R', trans.__('the labels of the previous sample')],
    ['U', trans.__('hard example')],
    ['Backspace', trans.__('take the labels away')],
    ['+ -, Shift+1, Shift+0', trans.__('zoom in, out, fit, 100 %')],
    ['?', trans.__('these keys')],
    ['Esc', trans.__('leave the field, then back to the grid')]
  ];
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
    'aria-label': trans.__('Keys'),
    hidden: ''
  });
  box.append(table);
  return box;
}
