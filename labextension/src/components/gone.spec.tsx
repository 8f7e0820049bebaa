import { act } from 'react';
import type { IEventRead, ISubscriber } from '../client';
import { draw, testFace, until } from '../testing/face';
import { objectOf, PageHost } from './PageHost';
import { PageModel } from './pageModel';

it('an address tells what it is about, and in which list that is', () => {
  expect(objectOf('/models/mdl_1/files?version=V0001')).toEqual({ id: 'mdl_1', list: '/models' });
  expect(objectOf('/models?q=mdl_1')).toBeNull();
});

it('a page of what was deleted asks for it no more, leads back, and is there again when it comes back', async () => {
  const face = testFace(request =>
    request.path.startsWith('/specs') ? { body: { items: [], page: { total: 0 } } } : undefined
  );
  let tell!: (code: string) => void;
  jest.spyOn(face.client.stream, 'subscribe').mockImplementation((topic, subscriber) => {
    if (topic === 'events') {
      tell = code =>
        (subscriber as ISubscriber<IEventRead>).items(
          [{ position: 1, code, object_id: 'img_1', object_kind: 'image' } as IEventRead],
          1
        );
    }
    return () => undefined;
  });
  const asked = (): number => face.requests.filter(one => one.path === '/images/img_1').length;
  const { root, end } = await draw(<PageHost app={face.app} model={new PageModel('/images/img_1')} />);
  await until(() => asked() === 1, 'the page asked');

  await act(async () => tell('image.deleted'));
  expect(root.textContent).toContain('This is no more: it has been deleted.');
  expect(root.querySelector('.ais-Empty a')?.textContent).toBe('Images');

  // Neither this event nor another one of it makes the page ask.
  await act(async () => tell('image.changed'));
  expect(asked()).toBe(1);

  await act(async () => tell('image.restored'));
  await until(() => asked() === 2, 'the page asked again');
  await end();
});
