import type { IAnnotatorSample } from '../../annotator';
import { Unreachable } from '../../annotator';
import type { ILabel } from '../../client';
import type { Answerer } from '../../testing/face';
import { draw, testFace } from '../../testing/face';
import { LabelsEditor } from './LabelsEditor';
import { sampleSource } from './sampleSource';

const SAMPLE: IAnnotatorSample = {
  id: 'smp_1',
  number: 1,
  path: '1.png',
  state: 'labelled',
  hard: false,
  revision: 4,
  width: 10,
  height: 10,
  annotation: { objects: [{ id: 'o_1', label: 'cat', shape: null }], by: null, at: null },
  review: null
};

describe('saving what was said', () => {
  const begin = (answer: Answerer) => {
    const face = testFace(answer);
    return { ...face, source: sampleSource(face.client, 'ds_1', {}, 'number') };
  };

  it('objects go without what is not said of them', async () => {
    const { source, requests } = begin(() => ({ body: { ...SAMPLE, revision: 5 } }));
    const shape = { type: 'bbox' as const, x: 1, y: 2, w: 3, h: 4 };
    await source.save(
      { ...SAMPLE },
      {
        objects: [{ id: 'o_1', label: 'dog', shape, score: null }],
        hard: false,
        confirm: false,
        review: null
      }
    );
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'PUT',
      path: '/datasets/ds_1/samples/smp_1/annotation',
      headers: { 'If-Match': '"4"' },
      body: { objects: [{ id: 'o_1', label: 'dog', shape }], confirm: false, hard: false }
    });
    expect(JSON.stringify(requests[0].body)).not.toContain('score');
  });

  it('a review alone leaves the annotation and its author as they are', async () => {
    const { source, requests } = begin(() => ({ body: { ...SAMPLE, state: 'rejected', revision: 5 } }));
    const { objects } = SAMPLE.annotation;
    const review = { verdict: 'reject' as const, reason: 'blurred' };
    await source.save({ ...SAMPLE }, { objects, hard: false, confirm: true, review });
    expect(requests.map(one => one.method)).toEqual(['PATCH']);
    expect(requests[0].body).toEqual({ review: 'reject', reason: 'blurred' });
    await source.save(
      { ...SAMPLE, state: 'rejected', review },
      { objects, hard: false, confirm: true, review: null }
    );
    expect(requests[1].body).toEqual({ review: 'withdraw' });
  });

  it('a review that did not get through is tried again behind the annotation that did', async () => {
    let away = true;
    const { source, requests } = begin(({ method }) => {
      if (method === 'PATCH' && away) {
        throw new TypeError('no network');
      }
      return {
        body: { ...SAMPLE, revision: 5, annotation: { objects: [{ label: 'dog' }], by: null, at: null } }
      };
    });
    const sample = { ...SAMPLE };
    const edit = {
      objects: [{ label: 'dog' }],
      hard: false,
      confirm: true,
      review: { verdict: 'accept' as const, reason: '' }
    };
    await expect(source.save(sample, edit)).rejects.toBeInstanceOf(Unreachable);
    away = false;
    await source.save(sample, edit);
    expect(requests.map(one => [one.method, one.headers['If-Match']])).toEqual([
      ['PUT', '"4"'],
      ['PATCH', '"5"'],
      ['PATCH', '"5"']
    ]);
  });
});

describe('LabelsEditor', () => {
  const words = async (labels: ILabel[]): Promise<string> => {
    const { app } = testFace(() => undefined);
    const { root, end } = await draw(<LabelsEditor labels={labels} onChange={() => undefined} />, app);
    const text = root.textContent ?? '';
    await end();
    return text;
  };

  it('names the label and the key that clash while they are typed', async () => {
    expect(await words([{ name: 'cat', color: null, key: 'c' }])).toContain('cat can not have the key C');
    expect(
      await words([
        { name: 'bus', color: null, key: 'x' },
        { name: 'tram', color: null, key: 'x' }
      ])
    ).toContain('bus and tram have the same key: X');
    expect(await words([{ name: 'bus', color: null, key: 'b' }])).toContain('there bus gets a digit instead');
    expect(await words([{ name: 'bus', color: null, key: '7' }])).not.toContain('digit instead');
  });
});
