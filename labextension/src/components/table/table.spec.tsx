import { act, useState } from 'react';
import type { IEventRead, IListQuery } from '../../client';
import { draw, testFace, until } from '../../testing/face';
import { Button } from '../controls/Button';
import type { IPageContext } from '../context';
import { PageProvider } from '../context';
import type { IResourceTableProps } from '../ResourceTable';
import { ResourceTable } from '../ResourceTable';
import { formatPath, parsePath } from '../router';
import { merged } from './steadyPage';

interface IThing {
  id: string;
  name: string;
  size: number;
}

const thing = (n: number): IThing => ({ id: `t${n}`, name: `thing ${n}`, size: n });

class Server {
  things = Array.from({ length: 30 }, (_, n) => thing(n));
  asked: IListQuery[] = [];

  list = async (query: IListQuery): Promise<never> => {
    this.asked.push(query);
    const found = this.things.filter(one => !query.q || one.name.includes(query.q));
    const offset = query.offset ?? 0;
    const limit = query.limit ?? 50;
    return {
      items: found.slice(offset, offset + limit),
      page: { limit, offset, total: found.length, next: null }
    } as never;
  };
}

/** A table on a page whose path is at hand. */
async function table(
  server: Server,
  start = '/things',
  more: Partial<IResourceTableProps<IThing>> = {}
): Promise<{
  root: HTMLElement;
  path: () => string;
  went: string[];
  tell: () => Promise<void>;
  key: (key: string, extra?: object) => Promise<void>;
  rows: () => string[];
  end: () => Promise<void>;
}> {
  const face = testFace(() => undefined);
  const listeners = new Set<(event: IEventRead) => void>();
  jest.spyOn(face.client.events, 'listen').mockImplementation(listener => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  });
  const went: string[] = [];
  let path = start;
  function Page(): JSX.Element {
    const [now, setNow] = useState(start);
    path = now;
    const { pathname, query } = parsePath(now);
    const context = {
      path: now,
      pathname,
      query,
      params: {},
      go: (to: string) => went.push(to),
      setQuery: (patch: Record<string, string | null>) =>
        setNow(old => {
          const { query: next } = parsePath(old);
          Object.entries(patch).forEach(([name, value]) =>
            value ? next.set(name, value) : next.delete(name)
          );
          return formatPath(pathname, next);
        }),
      announce: () => undefined
    } as unknown as IPageContext;
    return (
      <PageProvider value={context}>
        <ResourceTable<IThing>
          name="things here"
          label="Things"
          columns={[
            { id: 'name', label: 'Name', width: '2fr', sort: 'name', render: one => one.name },
            { id: 'size', label: 'Size', width: '80px', render: one => `${one.size} B` }
          ]}
          rowKey={one => one.id}
          load={server.list}
          live={event => event.code === 'thing.changed'}
          href={one => `/things/${one.id}`}
          actions={one => [{ label: 'Open', run: () => went.push(`opened ${one.id}`) }]}
          empty={<p>none yet</p>}
          {...more}
        />
      </PageProvider>
    );
  }
  const page = await draw(<Page />, face.app);
  await until(() => page.root.querySelector('.ais-Skeleton') === null, 'the list');
  return {
    ...page,
    path: () => path,
    went,
    tell: () =>
      act(async () => {
        [...listeners].forEach(listener => listener({ code: 'thing.changed' } as IEventRead));
        await new Promise(resolve => setTimeout(resolve, 350));
      }),
    key: (key, extra = {}) =>
      act(async () => {
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...extra })
        );
        await new Promise(resolve => requestAnimationFrame(resolve));
      }),
    rows: () =>
      [...page.root.querySelectorAll('[data-index]')].map(
        row => row.querySelector('[role=gridcell]')!.textContent
      )
  };
}

beforeEach(() => localStorage.clear());

describe('the panel beside a list', () => {
  it('opens by Space or click, follows the arrows, keeps its row in the path, and closes by Esc', async () => {
    const page = await table(new Server());
    const first = page.root.querySelector<HTMLElement>('[data-index="0"]')!;
    await act(async () => first.focus());
    await page.key(' ');
    expect(page.path()).toBe('/things?peek=t0');
    const panel = (): HTMLElement | null => page.root.querySelector('.ais-Peek');
    expect(panel()?.style.width).toBe('360px');
    expect(panel()?.textContent).toContain('0 B');
    await page.key('ArrowDown');
    expect(page.path()).toBe('/things?peek=t1');
    expect(panel()?.querySelector('h2')?.textContent).toBe('thing 1');
    await page.key('Escape');
    expect(panel()).toBeNull();
    expect(page.path()).toBe('/things');
    expect((document.activeElement as HTMLElement).dataset.key).toBe('t1');
    await act(async () =>
      page.root.querySelector<HTMLElement>('[data-key=t4] [role=gridcell]:nth-child(2)')!.click()
    );
    expect(panel()?.textContent).toContain('thing 4');
    const open = [...panel()!.querySelectorAll('button')].find(one => one.textContent === 'Open')!;
    await act(async () => open.click());
    await act(async () => page.root.querySelector<HTMLElement>('[data-key=t4]')!.focus());
    await page.key('Enter');
    expect(page.went).toEqual(['opened t4', '/things/t4']);
    await page.end();
  });

  it('is there again after a reload, and its edge makes it wider by keys', async () => {
    const page = await table(new Server(), '/things?peek=t3');
    const panel = page.root.querySelector<HTMLElement>('.ais-Peek')!;
    expect(panel.getAttribute('aria-label')).toBe('Selected: thing 3');
    const edge = panel.querySelector<HTMLElement>('[role=separator]')!;
    await act(async () => edge.focus());
    await page.key('ArrowLeft');
    expect(panel.style.width).toBe('380px');
    await page.end();
    const again = await table(new Server(), '/things?peek=t3');
    expect(again.root.querySelector<HTMLElement>('.ais-Peek')!.style.width).toBe('380px');
    await again.end();
  });
});

describe('the columns of a list', () => {
  it('are chosen, get another width by keys, and stay so', async () => {
    const page = await table(new Server());
    await act(async () => page.root.querySelector<HTMLElement>('[aria-label=Columns]')!.click());
    const item = (text: string): HTMLElement =>
      [...document.querySelectorAll<HTMLElement>('[role^=menuitem]')].find(one =>
        one.textContent?.includes(text)
      )!;
    expect(item('Name').getAttribute('aria-disabled')).toBe('true');
    await act(async () => item('Size').focus());
    await page.key('ArrowRight');
    const tracks = (): string =>
      page.root.querySelector<HTMLElement>('.ais-Table-head')!.style.gridTemplateColumns;
    // jsdom draws nothing: a column is 0 px wide there, and the narrowest is 48.
    expect(tracks()).toBe('2fr 48px 36px');
    await act(async () => item('Size').click());
    expect(tracks()).toBe('2fr 36px');
    expect(item('Size').getAttribute('aria-checked')).toBe('false');
    await page.end();
    const again = await table(new Server());
    expect(again.root.querySelectorAll('[role=columnheader][data-column]')).toHaveLength(1);
    await act(async () => again.root.querySelector<HTMLElement>('[aria-label=Columns]')!.click());
    await act(async () => item('As they were').click());
    expect(again.root.querySelector<HTMLElement>('.ais-Table-head')!.style.gridTemplateColumns).toBe(
      '2fr 80px 36px'
    );
    await again.end();
  });
});

describe('a list that somebody reads', () => {
  it('changes in place, lets go what is gone, and offers what is new instead of moving', async () => {
    const server = new Server();
    const page = await table(server);
    const before = page.rows();
    server.things = [thing(101), thing(100), ...server.things];
    server.things[4] = { ...server.things[4], name: 'thing 2 renamed' };
    server.things.splice(10, 1);
    await page.tell();
    const expected = before.filter((_, n) => n !== 8);
    expected[2] = 'thing 2 renamed';
    expect(page.rows()).toEqual(expected);
    const offer = page.root.querySelector<HTMLElement>('.ais-Table-fresh button')!;
    expect(offer.textContent).toBe('2 new');
    await act(async () => offer.click());
    expect(page.rows().slice(0, 3)).toEqual(['thing 101', 'thing 100', 'thing 0']);
    expect(page.root.querySelector('.ais-Table-fresh')).toBeNull();
    await page.end();
  });

  it('keeps what newer rows pushed to the next page', () => {
    const page = (items: IThing[]): never =>
      ({ items, page: { limit: 3, offset: 0, total: 9, next: null } }) as never;
    const key = (one: IThing): string => one.id;
    const old = page([thing(1), thing(2), thing(3)]);
    const names = (items: IThing[]): string[] => items.map(key);
    expect(names(merged<IThing>(old, page([thing(9), thing(1), thing(2)]), key).items)).toEqual([
      't1',
      't2',
      't3'
    ]);
    expect(names(merged<IThing>(old, page([thing(1), thing(3), thing(4)]), key).items)).toEqual([
      't1',
      't3',
      't4'
    ]);
  });
});

describe('the selection of a list', () => {
  const bulk = (things: IThing[], clear: () => void): JSX.Element => (
    <>
      <Button onClick={clear}>{`do it to ${things.length}`}</Button>
    </>
  );

  it('takes all that match, beyond the page', async () => {
    const server = new Server();
    server.things = Array.from({ length: 430 }, (_, n) => thing(n));
    const page = await table(server, '/things?q=thing', { bulk });
    const all = page.root.querySelector<HTMLInputElement>('[aria-label="Select all on this page"]')!;
    await act(async () => all.click());
    const button = (text: string): HTMLElement =>
      [...page.root.querySelectorAll('button')].find(one => one.textContent?.includes(text))!;
    expect(button('do it to 50')).toBeTruthy();
    await act(async () => button('Select all 430 that match').click());
    await until(() => Boolean(button('do it to 430')), 'the selection');
    expect(server.asked.slice(-3).map(one => [one.offset, one.limit, one.q])).toEqual([
      [0, 200, 'thing'],
      [200, 200, 'thing'],
      [400, 200, 'thing']
    ]);
    expect(page.root.textContent).toContain('430 of 430 selected');
    server.things.splice(0, 420);
    await page.tell();
    expect(page.root.textContent).toContain('10 of 10 selected');
    expect(page.rows()).toHaveLength(10);
    await page.end();
  });

  it('says why it can not take too many, and Shift+Space selects a row', async () => {
    const server = new Server();
    server.things = Array.from({ length: 2001 }, (_, n) => thing(n));
    const page = await table(server, '/things?limit=50', { bulk });
    await act(async () => page.root.querySelector<HTMLElement>('[data-index="0"]')!.focus());
    await page.key(' ', { shiftKey: true });
    expect(page.root.textContent).toContain('1 of 2,001 selected');
    expect(page.root.querySelector('.ais-Peek')).toBeNull();
    await act(async () =>
      page.root.querySelector<HTMLInputElement>('[aria-label="Select all on this page"]')!.click()
    );
    const blocked = [...page.root.querySelectorAll('button')].find(one =>
      one.textContent?.includes('that match')
    )!;
    expect(blocked.getAttribute('aria-disabled')).toBe('true');
    expect(blocked.title).toContain('At most 2,000');
    await page.end();
  });
});

describe('filters that leave nothing', () => {
  it('are named, each with its way out', async () => {
    const filters = [{ id: 'state', label: 'State', options: [{ value: 'on', label: 'switched on' }] }];
    const server = new Server();
    const page = await table(server, '/things?q=nowhere&state=on', { filters });
    const chips = [...page.root.querySelectorAll('.ais-Chip')].map(one => one.textContent);
    expect(chips).toEqual(['switched on', '“nowhere”']);
    await act(async () => page.root.querySelector<HTMLElement>('[aria-label="Without nowhere"]')!.click());
    await until(() => page.rows().length === 30, 'the rows');
    expect(page.path()).toBe('/things?state=on');
    await page.end();
  });
});
