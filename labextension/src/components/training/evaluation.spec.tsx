import { act } from 'react';
import type { IEvaluatedQuery, IEvaluationResult } from '../../client';
import { draw, testFace, until } from '../../testing/face';
import type { IPageContext } from '../context';
import { PageProvider } from '../context';
import { EvaluationView } from './RunEvaluation';

const result: IEvaluationResult = {
  labels: ['cat', 'dog'],
  matrix: [
    [8, 2],
    [1, 9]
  ],
  per_class: [
    { label: 'cat', precision: 8 / 9, recall: 0.8, f1: 0.842, support: 10, predicted: 9 },
    { label: 'dog', precision: 9 / 11, recall: 0.9, f1: 0.857, support: 10, predicted: 11 }
  ],
  accuracy: 0.85,
  macro_precision: 0.85,
  macro_recall: 0.85,
  macro_f1: 0.85,
  weighted_f1: 0.85,
  count: 20,
  wrong: 3
};

describe('the evaluation of a run', () => {
  it('shows the misrecognised samples, and those of a cell when it is chosen', async () => {
    const face = testFace(() => undefined);
    const asked: IEvaluatedQuery[] = [];
    const load = (query: IEvaluatedQuery) => {
      asked.push(query);
      const path = query.truth ? `${query.truth}-as-${query.predicted}.png` : 'any-wrong.png';
      const sample = {
        path,
        truth: 'cat',
        predicted: 'dog',
        correct: false,
        score: 0.6,
        scores: null,
        dataset: null
      };
      return Promise.resolve({ items: [sample], page: { limit: 60, next: null, total: null } });
    };
    const page = { go: jest.fn() } as unknown as IPageContext;
    const { root, end } = await draw(
      <PageProvider value={page}>
        <EvaluationView name="run" result={result} load={load} />
      </PageProvider>,
      face.app
    );
    await until(() => root.querySelector('[title="any-wrong.png"]') !== null, 'the wrong samples');
    expect(asked[0]).toMatchObject({ only: 'wrong' });
    const cell = [...root.querySelectorAll<HTMLButtonElement>('.ais-Matrix button')].find(one =>
      one.getAttribute('aria-label')?.startsWith('cat taken for dog')
    );
    await act(async () => cell?.click());
    await until(() => root.querySelector('[title="cat-as-dog.png"]') !== null, 'the samples of the cell');
    expect(asked[asked.length - 1]).toMatchObject({ truth: 'cat', predicted: 'dog' });
    expect(root.querySelector('[title="any-wrong.png"]')).toBeNull();
    await end();
  });
});
