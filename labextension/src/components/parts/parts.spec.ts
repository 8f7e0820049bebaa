import { parameterOf, NEW_ROW, rowOf } from '../algorithms/ParameterTable';
import { readPrediction } from '../services/TryIt';
import { csvOf } from '../usage/usage';
import { isHere } from '../../admin/addressModel';
import { themeOf } from '../../admin/theme';
import { newLine, shift } from './CodeEditor';
import { notebookCode } from './notebookCode';
import { isChosen, NO_SOURCE, wanted } from './SourceField';

describe('the code editor', () => {
  it('moves the selected lines right and left again', () => {
    const edit = { text: 'a\n  b\nc', start: 2, end: 5 };
    const moved = shift(edit, true);
    expect(moved.text).toBe('a\n      b\nc');
    expect(shift(moved, false).text).toBe(edit.text);
  });

  it('keeps the indent of a line, one step deeper after a colon', () => {
    expect(newLine({ text: '    if x:', start: 9, end: 9 })).toEqual({
      text: '    if x:\n        ',
      start: 18,
      end: 18
    });
    expect(newLine({ text: '  a', start: 3, end: 3 }).text).toBe('  a\n  ');
  });
});

describe('a notebook as an algorithm', () => {
  it('takes the code cells and comments what only a kernel understands', () => {
    const text = JSON.stringify({
      cells: [
        { cell_type: 'markdown', source: '# title' },
        { cell_type: 'code', source: ['%matplotlib inline\n', 'x = 1\n', 'if x:\n', '    !ls'] },
        { cell_type: 'code', source: '%%bash\necho hi' },
        { cell_type: 'code', source: '' }
      ]
    });
    expect(notebookCode(text)).toBe(
      '# %% cell 1\n# %matplotlib inline\nx = 1\nif x:\n    pass  # !ls\n\n# %% cell 2\n# %%bash\n# echo hi\n'
    );
  });
});

describe('a source', () => {
  it('is chosen when it names something, and leaves caches at home', () => {
    expect(isChosen(NO_SOURCE)).toBe(false);
    expect(isChosen({ ...NO_SOURCE, kind: 'git', url: 'https://x' })).toBe(true);
    const file = (path: string): File => Object.assign(new File(['x'], path), { webkitRelativePath: path });
    expect(
      wanted([file('a/train.py'), file('a/.git/HEAD'), file('a/__pycache__/t.pyc')]).map(one => one.name)
    ).toEqual(['a/train.py']);
  });
});

describe('the parameter table', () => {
  it('gives back what it was given', () => {
    const parameter = {
      name: 'lr',
      type: 'float' as const,
      default: 0.1,
      minimum: 0,
      maximum: 1,
      unit: 'x',
      help: 'y'
    };
    expect(parameterOf(rowOf(parameter))).toEqual(parameter);
    const choice = { name: 'm', type: 'choice' as const, default: 'a', choices: ['a', 'b'] };
    expect(parameterOf(rowOf(choice))).toEqual(choice);
    expect(parameterOf({ ...NEW_ROW, name: 'on', type: 'bool', default: 'true' })).toEqual({
      name: 'on',
      type: 'bool',
      default: true
    });
  });
});

describe('an answer of a service', () => {
  it('is read as label and scores, greatest first', () => {
    const outputs = { predictions: [{ label: '3', score: 0.9, scores: { '1': 0.1, '3': 0.9 } }] };
    expect(readPrediction(outputs)).toEqual({
      label: '3',
      score: 0.9,
      scores: [
        ['3', 0.9],
        ['1', 0.1]
      ]
    });
    expect(readPrediction({ outputs: [] })).toBeNull();
  });
});

describe('the bill', () => {
  it('has a row for each interval and no name that is a formula', () => {
    const amount = { amount: '0.1', currency: 'CNY' };
    const interval = {
      started_at: 'a',
      ended_at: 'b',
      open: false,
      seconds: 1,
      price_per_hour: null,
      amount
    };
    const line = {
      workload_id: 'wl_1',
      kind: 'training',
      name: '=cmd()',
      object: null,
      owner: { id: 'u', name: 'li' },
      spec: null,
      seconds: 2,
      amount,
      intervals: [interval, interval]
    };
    const rows = csvOf([line]).trim().split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[1]).toContain(`"'=cmd()"`);
  });
});

describe('the page on the hub', () => {
  it('shows its own paths and leaves the others to JupyterLab', () => {
    expect(isHere('/admin/people/users?q=a')).toBe(true);
    expect(isHere('/usage')).toBe(true);
    expect(isHere('/training-jobs/job_1')).toBe(false);
  });

  it('follows the system unless the user chose', () => {
    expect(themeOf('', true, false)).toBe('dark');
    expect(themeOf('light', true, true)).toBe('light');
    expect(themeOf('', false, true)).toBe('contrast');
  });
});
