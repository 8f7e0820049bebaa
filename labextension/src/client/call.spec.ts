import { response } from '../testing/face';
import { callOver, fillPath, queryString } from './call';
import { AISpaceError } from './errors';

describe('call', () => {
  it('fills the path, repeats lists and leaves out what is not set', () => {
    expect(fillPath('/datasets/{id}/samples/{sample_id}', { id: 'ds_1', sample_id: 'a/b' })).toBe(
      '/datasets/ds_1/samples/a%2Fb'
    );
    expect(queryString({ path: ['a', 'b'], q: '', offset: 0, none: undefined })).toBe(
      '?path=a&path=b&offset=0'
    );
    expect(() => fillPath('/datasets/{id}', {})).toThrow('id');
  });

  it('sends If-Match and Idempotency-Key', async () => {
    const seen: RequestInit[] = [];
    const call = callOver((_, init) => {
      seen.push(init);
      return Promise.resolve(response(200, { id: 'ds_1' }));
    });
    await call('PATCH /datasets/{id}', {
      path: { id: 'ds_1' },
      body: { name: 'x' },
      ifMatch: 7,
      idempotencyKey: 'k'
    });
    expect(seen[0].headers).toMatchObject({ 'If-Match': '"7"', 'Idempotency-Key': 'k' });
    expect(seen[0].body).toBe('{"name":"x"}');
  });

  it('makes one kind of error of a refusal, a page of a proxy and no answer', async () => {
    const refused = callOver(() =>
      Promise.resolve(
        response(412, {
          error: {
            code: 'changed_meanwhile',
            message: 'Not saved.',
            details: { params: { current: 1 } },
            request_id: 'r1'
          }
        })
      )
    );
    const one = await refused('GET /me').catch((reason: unknown) => reason as AISpaceError);
    expect(one).toBeInstanceOf(AISpaceError);
    expect(one).toMatchObject({ status: 412, code: 'changed_meanwhile', stale: true, requestId: 'r1' });

    const proxy = await callOver(() => Promise.resolve(response(502)))('GET /me').catch(
      (r: unknown) => r as AISpaceError
    );
    expect(proxy).toMatchObject({ status: 502, code: 'http_502', offline: true });

    const away = await callOver(() => Promise.reject(new TypeError('fetch')))('GET /me').catch(
      (r: unknown) => r as AISpaceError
    );
    expect(away).toMatchObject({ status: 0, code: 'offline', offline: true });
  });
});
