import { MemoryStore } from '../client/localStore';
import { until } from '../testing/face';
import { actionOf, labelKeys } from './keys';
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
    annotation: { objects: labels.map(label => ({ label })), by: null, at: null }
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
      state: edit.labels.length === 0 ? 'unlabelled' : edit.confirm ? 'labelled' : 'started',
      annotation: { objects: edit.labels.map(label => ({ label })), by: null, at: null }
    };
    return { ...this.rows[at] };
  }

  pictureUrl = (one: IAnnotatorSample): string => `/${one.id}`;
  thumbnailUrl = (one: IAnnotatorSample): string => `/${one.id}/t`;
}

function begin(
  server: Server,
  options: {
    auto?: boolean;
    template?: 'single' | 'multi';
    history?: MemoryStore;
    journal?: MemoryStore;
  } = {}
): Session {
  return new Session(
    server,
    {
      template: options.template ?? 'single',
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
    expect(server.saves[0]).toMatchObject({ id: 'smp_0', edit: { labels: ['cat'], confirm: true } });
    expect(session.stateAt(0)).toBe('labelled');
    expect(session.saveState.state).toBe('saved');
  });

  it('saving and confirming differ: an edit is saved as started', async () => {
    const server = new Server();
    const session = begin(server, { template: 'multi' });
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
    expect(second.edit.labels).toEqual(['dog']);
    expect(second.undo()).toBe(true);
    expect(second.edit.labels).toEqual(['cat']);
    await until(() => server.saves.length === 3);
    expect(second.undo()).toBe(true);
    expect(second.edit.labels).toEqual([]);
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
    expect(session.edit.labels).toEqual(['cat']);
    await session.resolve('mine');
    expect(server.rows[0].annotation.objects[0].label).toBe('cat');
    expect(server.rows[0].revision).toBe(6);
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
    expect(session.edit.labels).toEqual(['dog']);
    expect(server.saves).toEqual([]);
    session.dispose();
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
});
