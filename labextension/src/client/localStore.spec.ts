import { IndexedStore, MemoryStore } from './localStore';

describe.each([
  ['IndexedDB', () => new IndexedStore('drafts', 'a')],
  ['memory', () => new MemoryStore()]
])('a store in %s', (_, make) => {
  it('keeps, lists by prefix, forgets and trims', async () => {
    const store = make();
    for (const key of ['x/1', 'x/2', 'y/1']) {
      await store.put(key, { key });
    }
    expect(await store.get('x/2')).toEqual({ key: 'x/2' });
    expect((await store.entries('x/')).map(entry => entry.key)).toEqual(['x/1', 'x/2']);
    await store.delete('x/2');
    expect(await store.get('x/2')).toBeUndefined();
    await store.trim(1);
    expect(await store.entries()).toHaveLength(1);
  });
});

it('keeps servers apart', async () => {
  await new IndexedStore('journal', 'one').put('k', 1);
  expect(await new IndexedStore('journal', 'two').get('k')).toBeUndefined();
});
