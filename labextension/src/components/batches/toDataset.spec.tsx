import { act } from 'react';
import type { IBatchRead } from '../../client';
import type { Answerer } from '../../testing/face';
import { draw, testFace, until } from '../../testing/face';
import { PageHost } from '../PageHost';
import { PageModel } from '../pageModel';
// Loaded before the tests, which wait two seconds for what they draw.
import './BatchServicePage';

const BATCH = {
  id: 'bat_1',
  name: 'night',
  owner: { id: 'usr_1', name: 'alice' },
  visibility: 'private',
  revision: 1,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  can: ['write', 'start', 'delete'],
  description: '',
  status: 'succeeded',
  reason: null,
  counts: { total: 3, done: 2, failed: 1 },
  model: { id: 'mdl_1', name: 'digits', version: 'V0001' },
  script: null,
  image: { id: 'img_1', name: 'sk-onnx' },
  spec_id: 'spc_1',
  source: {
    kind: 'dataset',
    dataset: { id: 'ds_1', name: 'letters' },
    version: 'V0001',
    split: null,
    path: null,
    moved: false
  },
  results: null,
  stored: null,
  parameters: {},
  argument_mapping: {},
  environment: {},
  max_hours: 0,
  starts: 1,
  workload_id: 'wl_1',
  cost: null,
  started_at: '2026-01-01T00:00:00Z',
  ended_at: '2026-01-01T00:01:00Z',
  delivery: null
} as IBatchRead;

beforeAll(() => {
  // jsdom draws dialogs, but does not open them.
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement): void {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function (this: HTMLDialogElement): void {
    this.open = false;
  };
});

const answers =
  (batch: Partial<IBatchRead>, refused?: { code: string; message: string }): Answerer =>
  request =>
    request.path === '/batch-services/bat_1'
      ? { body: { ...BATCH, ...batch } }
      : request.path === '/batch-services/bat_1/dataset'
        ? refused
          ? { status: 409, body: { error: refused } }
          : { status: 202, body: { ...BATCH, ...batch } }
        : request.path.startsWith('/batch-services/bat_1/files')
          ? { body: { items: [], page: { limit: 50, offset: 0, total: 0, next: null } } }
          : undefined;

function button(root: ParentNode, text: string): HTMLElement {
  const all = [...root.querySelectorAll<HTMLElement>('button, [role="menuitem"]')];
  const found = all.find(one => one.textContent?.trim() === text);
  if (!found) {
    throw new Error(`no ${text} among ${all.map(one => one.textContent).join(' | ')}`);
  }
  return found;
}

async function opened(answer: Answerer): Promise<{
  face: ReturnType<typeof testFace>;
  root: HTMLElement;
  end: () => Promise<void>;
}> {
  const face = testFace(answer);
  const { root, end } = await draw(
    <PageHost app={face.app} model={new PageModel('/batch-services/bat_1')} />
  );
  await until(() => root.textContent?.includes('letters') ?? false, 'the page');
  await act(async () => root.querySelector<HTMLElement>('[aria-label="More actions"]')!.click());
  await act(async () => button(document, 'Results into a dataset').click());
  await until(() => document.querySelector('dialog') !== null, 'the dialog');
  return { face, root, end };
}

it('results go into the dataset that the files came from, as its next version', async () => {
  const { face, end } = await opened(answers({}));
  expect(document.querySelector('dialog')?.textContent).toContain('What a person has annotated stays');
  await act(async () => button(document, 'Put in').click());
  await until(() => face.requests.some(one => one.method === 'POST'), 'the request');
  const asked = face.requests.find(one => one.method === 'POST');
  expect(asked?.path).toBe('/batch-services/bat_1/dataset');
  expect(asked?.body).toEqual({ name: null, annotation_type: null, publish: true });
  await end();
});

it('a refusal stays in the dialog, with its words', async () => {
  const { end } = await opened(answers({}, { code: 'no_results', message: 'Not done.' }));
  await act(async () => button(document, 'Put in').click());
  await until(
    () => document.querySelector('dialog [role="alert"]')?.textContent?.includes('no results') ?? false,
    'the refusal'
  );
  await end();
});

it('the page tells where results went, what was kept, and what did not fit', async () => {
  const delivery: IBatchRead['delivery'] = {
    status: 'succeeded',
    dataset: { id: 'ds_1', name: 'letters' },
    version: 'V0002',
    proposed: 40,
    kept: 7,
    refused: 1,
    refusals: [{ path: 'c.png', code: 'invalid', message: 'Box: outside the image.' }],
    reason: null
  };
  const face = testFace(answers({ delivery }));
  const { root, end } = await draw(
    <PageHost app={face.app} model={new PageModel('/batch-services/bat_1')} />
  );
  await until(() => root.textContent?.includes('letters V0002') ?? false, 'the dataset');
  expect(root.textContent).toContain('40 proposals, 7 kept as people said, 1 without an answer that fits');
  expect(root.textContent).toContain('c.png: Box: outside the image.');
  await end();
});
