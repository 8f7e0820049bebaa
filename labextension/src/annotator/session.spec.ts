import { readFileSync } from 'fs';
import { join } from 'path';
import { MemoryStore } from '../client/localStore';
import { until } from '../testing/face';
import { ACTIONS, commandOf, selectorOf } from './actions';
import { actionOf, labelKeys } from './keys';
import { byUncertainty } from './objects';
import { Session } from './session';
import type { IAnnotationEdit, IAnnotatorSample, ISampleSource } from './types';
import { Conflict, Unreachable } from './types';

function sample(n: number, labels: string[] = []): IAnnotatorSample {
  return {
    id: `smp_${n}`,
    number: n + 1,
    path: `${n}.png`,
    state: labels.length ? 'labelled' : 'unlabelled',
    hard: false,
    revision: 1,
    width: 28,
    height: 28,
    annotation: { objects: labels.map(label => ({ label })), by: null, at: null },
    review: null
  };
}

class Server implements ISampleSource {
  rows = Array.from({ length: 100 }, (_, n) => sample(n));
  saves: { id: string; revision: number; edit: IAnnotationEdit }[] = [];
  fail: ((sample: IAnnotatorSample) => Error | null) | null = null;

  page(at: number, limit: number): Promise<{ items: IAnnotatorSample[]; total: number }> {
    return Promise.resolve({
      items: this.rows.slice(at, at + limit).map(row => ({ ...row })),
      total: this.rows.length
    });
  }

  sample(id: string): Promise<IAnnotatorSample> {
    const found = this.rows.find(row => row.id === id);
    return found ? Promise.resolve(found) : Promise.reject(new Error('none'));
  }

  async save(given: IAnnotatorSample, edit: IAnnotationEdit): Promise<IAnnotatorSample> {
    const failure = this.fail?.(given);
    if (failure) {
      throw failure;
    }
    const at = this.rows.findIndex(row => row.id === given.id);
    if (this.rows[at].revision !== given.revision) {
      throw new Conflict(this.rows[at]);
    }
    this.saves.push({ id: given.id, revision: given.revision, edit });
    this.rows[at] = {
      ...this.rows[at],
      revision: given.revision + 1,
      hard: edit.hard,
      state: edit.review
        ? edit.review.verdict === 'accept'
          ? 'reviewed'
          : 'rejected'
        : edit.confirm
          ? 'labelled'
          : edit.objects.length > 0
            ? 'started'
            : 'unlabelled',
      annotation: { objects: edit.objects, by: null, at: null },
      review: edit.review ?? given.review
    };
    return { ...this.rows[at] };
  }

  pictureUrl = (one: IAnnotatorSample): string => `/${one.id}`;
  text = (one: IAnnotatorSample): Promise<string> => Promise.resolve(one.path);
  thumbnailUrl = (one: IAnnotatorSample): string => `/${one.id}/t`;
}

function begin(
  server: Server,
  options: {
    auto?: boolean;
    task?: 'single' | 'multi' | 'boxes';
    history?: MemoryStore;
    journal?: MemoryStore;
  } = {}
): Session {
  return new Session(
    server,
    {
      task: options.task ?? 'single',
      labels: ['cat', 'dog'].map(name => ({ name, color: null })),
      readOnly: false,
      autoAdvance: options.auto ?? false,
      scope: 'ds_1'
    },
    { history: options.history ?? new MemoryStore(), journal: options.journal ?? new MemoryStore() }
  );
}

describe('Session', () => {
  it('a label of a single-label task confirms, saves and goes on', async () => {
    const server = new Server();
    const session = begin(server, { auto: true });
    await session.start();
    session.toggle('cat');
    expect(session.position).toBe(1);
    await until(() => server.saves.length === 1);
    expect(server.saves[0]).toMatchObject({
      id: 'smp_0',
      edit: { objects: [{ label: 'cat' }], confirm: true }
    });
    expect(session.stateAt(0)).toBe('labelled');
    expect(session.saveState.state).toBe('saved');
  });

  it('saving and confirming differ: an edit is saved as started', async () => {
    const server = new Server();
    const session = begin(server, { task: 'multi' });
    await session.start();
    session.toggle('cat');
    session.toggle('dog');
    await until(() => server.rows[0].state === 'started', 'the save');
    expect(server.rows[0].annotation.objects.map(object => object.label)).toEqual(['cat', 'dog']);
    expect(session.confirm(true)).toBe(true);
    await until(() => server.rows[0].state === 'labelled', 'the confirmation');
  });

  it('does not confirm what has no label', async () => {
    const session = begin(new Server());
    await session.start();
    expect(session.confirm()).toBe(false);
    expect(session.position).toBe(0);
  });

  it('undo and redo are new edits, kept across a reload', async () => {
    const server = new Server();
    const history = new MemoryStore();
    const first = begin(server, { history });
    await first.start();
    first.toggle('cat');
    await until(() => server.saves.length === 1);
    first.toggle('dog');
    await until(() => server.saves.length === 2);
    first.dispose();

    const second = begin(server, { history });
    await second.start();
    expect(second.labels).toEqual(['dog']);
    expect(second.undo()).toBe(true);
    expect(second.labels).toEqual(['cat']);
    await until(() => server.saves.length === 3);
    expect(second.undo()).toBe(true);
    expect(second.labels).toEqual([]);
    expect(second.undo()).toBe(false);
    expect(second.redo()).toBe(true);
    await until(() => server.rows[0].annotation.objects[0]?.label === 'cat', 'the redo');
    second.dispose();
  });

  it('loses nothing while the server is away, nor in a reload meanwhile', async () => {
    const server = new Server();
    const journal = new MemoryStore();
    server.fail = () => new Unreachable('away');
    const first = begin(server, { journal, auto: true });
    await first.start();
    first.toggle('cat');
    first.toggle('dog');
    await until(() => first.saveState.state === 'kept');
    expect(first.saveState.kept).toBe(2);
    first.dispose();

    server.fail = null;
    const second = begin(server, { journal });
    await second.start();
    await until(() => server.saves.length === 2, 'the kept edits');
    expect(server.rows.slice(0, 2).map(row => row.annotation.objects[0].label)).toEqual(['cat', 'dog']);
    await until(() => second.saveState.state === 'saved');
    expect(await journal.entries()).toEqual([]);
    second.dispose();
  });

  it('asks when somebody else changed the sample, and drops nothing meanwhile', async () => {
    const server = new Server();
    const session = begin(server);
    await session.start();
    server.rows[0] = { ...sample(0, ['dog']), revision: 5 };
    session.toggle('cat');
    await until(() => session.conflict !== undefined, 'the conflict');
    expect(session.saveState.state).toBe('conflict');
    expect(session.labels).toEqual(['cat']);
    await session.resolve('mine');
    expect(server.rows[0].annotation.objects[0].label).toBe('cat');
    expect(server.rows[0].revision).toBe(6);
    session.dispose();
  });

  it('an edit that came through by a lost answer or by another tab is no conflict', async () => {
    const server = new Server();
    const session = begin(server, { auto: true });
    await session.start();
    server.rows[0] = { ...sample(0, ['cat']), revision: 2 };
    session.toggle('cat');
    await until(() => session.saveState.state === 'saved', 'the mark');
    expect(session.saveState.at).not.toBeNull();
    expect(server.saves).toEqual([]);
    expect(session.stateAt(0)).toBe('labelled');
    session.dispose();
  });

  it('takes theirs when told to', async () => {
    const server = new Server();
    const session = begin(server);
    await session.start();
    server.rows[0] = { ...sample(0, ['dog']), revision: 5 };
    session.toggle('cat');
    await until(() => session.conflict !== undefined, 'the conflict');
    await session.resolve('theirs');
    expect(session.labels).toEqual(['dog']);
    expect(server.saves).toEqual([]);
    session.dispose();
  });

  it('a review is an edit: it goes on, is kept with its reason, and can be taken back', async () => {
    const server = new Server();
    server.rows[0] = sample(0, ['dog']);
    const session = begin(server);
    await session.start();
    expect(session.review('reject', ' blurred ')).toBe(true);
    expect(session.position).toBe(1);
    expect(session.review('accept')).toBe(false); // nobody confirmed this one
    await until(() => server.rows[0].state === 'rejected', 'the rejection');
    expect(server.saves[0].edit.review).toEqual({ verdict: 'reject', reason: 'blurred' });
    await session.goTo(0);
    expect(session.undo()).toBe(true);
    await until(() => server.rows[0].state === 'labelled', 'the undo');
    expect(server.rows[0].annotation.objects).toEqual([{ label: 'dog' }]);
    session.dispose();
  });

  it('another label takes a review away', async () => {
    const server = new Server();
    server.rows[0] = { ...sample(0, ['dog']), state: 'reviewed', review: { verdict: 'accept', reason: '' } };
    const session = begin(server);
    await session.start();
    expect(session.stateAt(0)).toBe('reviewed');
    session.toggle('cat');
    expect(session.edit).toMatchObject({ review: null, objects: [{ label: 'cat' }] });
    session.dispose();
  });

  it('shows proposals where nobody worked, and saves them when a person confirms', async () => {
    const server = new Server();
    server.rows[1] = sample(1, ['dog']);
    const session = begin(server, { task: 'multi' });
    await session.start();
    session.propose([
      { sample_id: 'smp_0', objects: [{ label: 'cat', score: 0.61 }] },
      { sample_id: 'smp_1', objects: [{ label: 'cat', score: 0.9 }] }
    ]);
    expect(session.stateAt(0)).toBe('auto');
    expect(session.edit.objects).toMatchObject([{ label: 'cat', score: 0.61 }]);
    expect(session.certaintyAt(0)).toBe(0.61);
    expect(session.editAt(1).objects).toEqual([{ label: 'dog' }]);
    expect(session.stateAt(1)).toBe('labelled');
    expect(server.saves).toEqual([]);
    expect(session.confirm(true)).toBe(true);
    await until(() => server.saves.length === 1, 'the confirmation');
    expect(server.saves[0].edit.confirm).toBe(true);
    expect(server.saves[0].edit.objects[0]).not.toHaveProperty('score');
    expect(session.stateAt(0)).toBe('labelled');
    session.propose([{ sample_id: 'smp_0', objects: [{ label: 'dog', score: 0.99 }] }]);
    expect(session.labels).toEqual(['cat']);
    session.dispose();
  });

  it('orders proposals by what is least certain', () => {
    expect(
      byUncertainty([
        { sample_id: 'a', objects: [{ label: 'x', score: 0.9 }] },
        {
          sample_id: 'b',
          objects: [
            { label: 'x', score: 0.99 },
            { label: 'y', score: 0.2 }
          ]
        },
        { sample_id: 'c', objects: [] }
      ])
    ).toEqual(['b', 'a', 'c']);
  });

  it('begins at a named sample and fetches what is around before it is asked for', async () => {
    const server = new Server();
    const session = begin(server);
    await session.start({ sampleId: 'smp_59' });
    expect(session.position).toBe(59);
    await until(() => session.row(61) !== undefined, 'two ahead');
    session.dispose();
  });
});

describe('keys', () => {
  const labels = labelKeys([
    { name: 'zero', color: null },
    { name: '7', color: null },
    { name: 'bus', color: null, key: 'b' },
    { name: 'undo', color: null, key: 'u' }
  ]);
  const key = (name: string, more: object = {}): Parameters<typeof actionOf>[0] => ({
    key: name,
    code: '',
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    altKey: false,
    isComposing: false,
    ...more
  });

  it('gives labels their own key, a digit of their name, or a digit in order', () => {
    expect([...labels]).toEqual([
      ['b', 'bus'],
      ['7', '7'],
      ['1', 'zero'],
      ['4', 'undo']
    ]);
  });

  it('reads places of keys while an input method holds the letters, and nothing while it composes', () => {
    expect(actionOf(key('Process', { code: 'Digit1' }), labels)).toEqual({ do: 'label', label: 'zero' });
    expect(actionOf(key('1', { isComposing: true }), labels)).toBeNull();
  });

  it('leaves unknown keys with Ctrl to others', () => {
    expect(actionOf(key('s', { ctrlKey: true }), labels)).toBeNull();
    expect(actionOf(key('z', { ctrlKey: true }), labels)).toEqual({ do: 'undo' });
    expect(actionOf(key('Z', { ctrlKey: true, shiftKey: true }), labels)).toEqual({ do: 'redo' });
    expect(actionOf(key('u'), labels)).toEqual({ do: 'hard' });
  });

  it('letters of tools are free for labels where there are no tools', () => {
    expect(actionOf(key('b', { code: 'KeyB' }), labels)).toEqual({ do: 'label', label: 'bus' });
    const drawn = labelKeys([{ name: 'bus', color: null, key: 'b' }], true);
    expect(actionOf(key('b', { code: 'KeyB' }), drawn, true)).toEqual({ do: 'tool-box' });
    expect([...drawn]).toEqual([['1', 'bus']]);
  });

  it('one table gives the plain keys, the commands of JupyterLab and the schema', () => {
    const schema = JSON.parse(readFileSync(join(__dirname, '../../schema/settings.json'), 'utf8')) as {
      'jupyter.lab.shortcuts': { command: string; keys: string[]; selector: string }[];
    };
    expect(schema['jupyter.lab.shortcuts']).toEqual(
      ACTIONS.flatMap(action =>
        action.keys.map(one => ({
          command: commandOf(action.do),
          keys: [one],
          selector: selectorOf(action, one)
        }))
      )
    );
    expect(actionOf(key('?', { code: 'Slash', shiftKey: true }), labels)).toEqual({ do: 'help' });
    expect(actionOf(key('!', { code: 'Digit1', shiftKey: true }), labels)).toEqual({ do: 'fit' });
    expect(actionOf(key('X', { code: 'KeyX', shiftKey: true }), labels)).toEqual({ do: 'reject' });
    expect(actionOf(key('ArrowLeft', { shiftKey: true }), labels)).toBeNull();
    expect(actionOf(key('ArrowLeft', { shiftKey: true }), labels, true)).toEqual({ do: 'move-left' });
  });
});
