import { act } from 'react';
import type { IVisualisationRead } from '../../client';
import type { Answerer } from '../../testing/face';
import { draw, testFace, until } from '../../testing/face';
import { PageHost } from '../PageHost';
import { PageModel } from '../pageModel';
// Loaded before the tests, which wait two seconds for what they draw.
import './VisualisationPage';

const BOARD: IVisualisationRead = {
  id: 'vis_1',
  name: 'digits V0001 + 1',
  owner: { id: 'usr_1', name: 'alice' },
  visibility: 'private',
  revision: 1,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  can: ['stop', 'open'],
  runs: [
    { job: { id: 'job_1', name: 'digits' }, version: 'V0001' },
    { job: { id: 'job_2', name: 'letters' }, version: 'V0002' }
  ],
  status: 'running',
  reason: null,
  ready: true,
  idle_minutes: 60,
  visited_at: null,
  stops_at: '2026-01-01T01:00:00Z',
  spec_id: 'spc_1',
  image: { id: 'img_1', name: 'tensorboard' },
  workload_id: 'wl_1',
  cost: null,
  started_at: '2026-01-01T00:00:00Z',
  ended_at: null
};

const answers =
  (board: Partial<IVisualisationRead>): Answerer =>
  request =>
    request.path === '/visualisations/vis_1'
      ? { body: { ...BOARD, ...board } }
      : request.path === '/visualisations/vis_1/open'
        ? { body: { path: 'views/ticket/', expires_at: '2026-01-01T12:00:00Z' } }
        : request.path === '/visualisations'
          ? { status: 202, body: { ...BOARD, ...board } }
          : undefined;

it('shows TensorBoard in a sandbox of no origin, at the address that only its owner gets', async () => {
  const face = testFace(answers({}));
  const { root, end } = await draw(
    <PageHost app={face.app} model={new PageModel('/visualisations/vis_1')} />
  );
  await until(() => root.querySelector('iframe') !== null, 'the frame');
  const frame = root.querySelector('iframe')!;
  expect(frame.getAttribute('src')).toBe('http://server/views/ticket/');
  expect(frame.getAttribute('sandbox')?.split(' ')).toContain('allow-scripts');
  expect(frame.getAttribute('sandbox')).not.toContain('allow-same-origin');
  expect(frame.title).toContain('digits V0001 + 1');
  expect(root.textContent).toContain('letters V0002');
  await end();
});

it('says why it does not run, and the same runs start it again', async () => {
  const reason = {
    code: 'index_unreachable',
    message: 'The image was not built. The package index cannot be reached.',
    params: {}
  };
  const face = testFace(
    answers({ status: 'failed', ready: false, can: ['start', 'delete'], reason, stops_at: null })
  );
  const { root, end } = await draw(
    <PageHost app={face.app} model={new PageModel('/visualisations/vis_1')} />
  );
  await until(() => root.textContent?.includes('package index') ?? false, 'the reason');
  expect(root.querySelector('iframe')).toBeNull();
  const start = [...root.querySelectorAll('button')].find(one => one.textContent?.includes('Start again'))!;
  await act(async () => start.click());
  const asked = face.requests.find(one => one.method === 'POST');
  expect(asked?.path).toBe('/visualisations');
  expect(asked?.body).toEqual({
    runs: [
      { job_id: 'job_1', version: 'V0001' },
      { job_id: 'job_2', version: 'V0002' }
    ]
  });
  await end();
});

it('an administrator sees that it runs, but not what it shows', async () => {
  const face = testFace(answers({ can: ['stop'] }));
  const { root, end } = await draw(
    <PageHost app={face.app} model={new PageModel('/visualisations/vis_1')} />
  );
  await until(() => root.textContent?.includes('Only its owner can look at it.') ?? false, 'the words');
  expect(face.requests.some(one => one.path.endsWith('/open'))).toBe(false);
  await end();
});
