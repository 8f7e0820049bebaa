import { act } from 'react';
import type { IRequest } from '../testing/face';
import { draw, testFace, until } from '../testing/face';
import SidebarContent from './SidebarContent';
import type { IAISpace } from './tokens';

const failed = (n: number): object => ({
  id: `workload_failed:wl_${n}`,
  code: 'workload_failed',
  object_id: `job_${n}`,
  object_kind: 'training_job',
  name: `digits-${n}`,
  params: { reason: { code: 'exit_code', message: 'x', params: { exit_code: 3 } } },
  occurred_at: null
});

function overview(): object {
  return {
    counts: { datasets: 24, models: 2 },
    running: [
      {
        id: 'wl_9',
        kind: 'training',
        name: 'bert',
        status: 'queued',
        object_id: 'job_9',
        object_kind: '',
        position: 4
      }
    ],
    running_total: 1,
    needs_you: [failed(1), failed(2)],
    recent: { datasets: [{ id: 'ds_1', name: 'cars', status: null, updated_at: '' }], models: [] },
    cost_today: null
  };
}

interface ISidebar {
  root: HTMLElement;
  requests: IRequest[];
  notices: { message: string }[];
  opened: string[];
  item: (name: string) => HTMLElement;
  key: (key: string, extra?: object) => Promise<void>;
  focused: () => string | null;
  end: () => Promise<void>;
}

async function sidebar(refuse = false): Promise<ISidebar> {
  let dismissed = ['old'];
  const face = testFace(request => {
    if (request.path === '/overview') {
      return { body: overview() };
    }
    if (request.path === '/me' && request.method === 'PATCH') {
      if (refuse) {
        return { status: 503, body: { error: { code: 'serve_away', message: 'x' } } };
      }
      dismissed = (request.body as { dismissed: string[] }).dismissed;
    }
    return { body: { id: 'usr_1', settings: { dismissed } } };
  });
  const opened: string[] = [];
  const aispace = {
    app: face.app,
    client: face.client,
    trans: face.app.trans,
    open: (path: string, mode = 'here') => opened.push(`${mode} ${path}`),
    ready: Promise.resolve()
  } as unknown as IAISpace;
  const page = await draw(<SidebarContent aispace={aispace} shown />);
  await until(() => page.root.textContent.includes('Data'), 'the areas');
  const items = (): HTMLElement[] => [...page.root.querySelectorAll<HTMLElement>('[role=treeitem]')];
  return {
    ...page,
    requests: face.requests,
    notices: face.notices,
    opened,
    item: name => items().find(one => one.getAttribute('aria-label')?.startsWith(name))!,
    key: (key, extra = {}) =>
      act(async () => {
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...extra })
        );
      }),
    focused: () => document.activeElement?.getAttribute('aria-label') ?? null
  };
}

beforeEach(() => localStorage.clear());

describe('the sidebar', () => {
  it('is one tree: arrows walk it, letters find, Enter opens, Ctrl+Enter opens in a new tab', async () => {
    const page = await sidebar();
    expect(page.root.querySelectorAll('[role=treeitem][tabindex="0"]')).toHaveLength(1);
    await act(async () => page.item('Needs you').focus());
    await page.key('ArrowRight');
    expect(page.focused()).toContain('digits-1');
    await page.key('ArrowLeft');
    await page.key('ArrowLeft');
    expect(page.item('Needs you').getAttribute('aria-expanded')).toBe('false');
    await page.key('ArrowDown');
    expect(page.focused()).toBe('Running 1');
    await page.key('d');
    expect(page.focused()).toBe('Data 24');
    expect(page.item('Data').getAttribute('aria-expanded')).toBe('true');
    await page.key('ArrowRight');
    expect(page.focused()).toBe('cars');
    await page.key('Enter');
    await page.key('Enter', { ctrlKey: true });
    expect(page.opened).toEqual(['here /datasets/ds_1', 'tab /datasets/ds_1']);
    await page.key('m');
    await page.key('ArrowRight');
    expect(page.item('Models').textContent).toContain('none yet');
    await page.key('End');
    expect(page.focused()).toBe('Trash');
    await page.end();
  });

  it('has what can be done with a row in a menu by Shift+F10, and gives the focus back', async () => {
    const page = await sidebar();
    await act(async () => page.item('Data').focus());
    await page.key('F10', { shiftKey: true });
    const words = [...document.querySelectorAll('[role=menuitem]')].map(one => one.textContent);
    expect(words).toEqual(['Open', 'Open in a new tab', 'New dataset', 'Close']);
    await act(async () => document.querySelectorAll<HTMLElement>('[role=menuitem]')[2].click());
    expect(page.opened).toEqual(['here /datasets/new']);
    expect(page.focused()).toBe('Data 24');
    await page.end();
  });

  it('lets go what needs one, one by one, and the server remembers all of it', async () => {
    const page = await sidebar();
    expect(page.item('digits-1').getAttribute('aria-label')).toContain('exit code 3');
    await act(async () => page.item('digits-1').focus());
    await page.key('Delete');
    await page.key('Delete');
    expect(page.item('Needs you')).toBeUndefined();
    await until(() => page.requests.filter(one => one.method === 'PATCH').length === 2, 'the server to know');
    expect(page.requests.filter(one => one.method === 'PATCH')[1].body).toEqual({
      dismissed: ['old', 'workload_failed:wl_1', 'workload_failed:wl_2']
    });
    await page.end();
  });

  it('shows again what the server could not remember, and says so', async () => {
    const page = await sidebar(true);
    await act(async () => page.item('digits-1').focus());
    await page.key('Delete');
    await until(() => page.notices.length === 1, 'the notice');
    expect(page.item('digits-1')).toBeTruthy();
    expect(page.notices[0].message).toContain('nothing is lost');
    await page.end();
  });
});
