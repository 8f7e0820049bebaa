import type { IAlgorithmVersionRead, IRunRead, IScalars } from '../../client';
import { codeOf, EMPTY_FORM, guessed, requestOf, splitOwn, typed, valuesOf } from './request';
import { chartOf, groupSeries } from './useScalars';

const algorithm = {
  version: 'V0001',
  parameters: [
    { name: 'epochs', type: 'int', default: 40 },
    { name: 'lr', type: 'float', default: 0.1 },
    { name: 'model', type: 'choice', default: 'mlp', choices: ['mlp'] },
    { name: 'augment', type: 'bool', default: true }
  ]
} as unknown as IAlgorithmVersionRead;

const filled = {
  ...EMPTY_FORM,
  name: 'digits',
  algorithm_id: 'alg_1',
  algorithm_version: 'V0001',
  inputs: [
    { role: 'training' as const, dataset_id: 'ds_1', version: 'V0002', split: 'training' as const },
    { role: 'validation' as const, dataset_id: '', version: '', split: '' as const }
  ],
  parameters: { epochs: '20', lr: '1e-3', model: '7', augment: false },
  own: [
    { name: 'extra', value: '5' },
    { name: ' ', value: 'lost' }
  ],
  spec_id: 'spec_1',
  environment: [{ name: 'A', value: '1' }]
};

describe('the training form', () => {
  it('sends numbers as numbers, texts as texts, and only lines that are filled in', () => {
    const request = requestOf(filled, algorithm);
    expect(request.parameters).toEqual({ epochs: 20, lr: 0.001, model: '7', augment: false, extra: 5 });
    expect(request.inputs).toEqual([
      { role: 'training', dataset_id: 'ds_1', version: 'V0002', split: 'training' }
    ]);
    expect(request.environment).toEqual({ A: '1' });
    expect(request.seed).toBeNull();
    expect(request.max_hours).toBe(2);
  });

  it('leaves what is no number to the server, which names the field', () => {
    expect(typed({ type: 'int' }, 'many')).toBe('many');
    expect(typed({ type: 'float' }, '')).toBe('');
    expect(guessed('0x10')).toBe('0x10');
    expect(guessed('true')).toBe(true);
    expect(guessed('-1.5e3')).toBe(-1500);
  });

  it('leaves out what was not chosen', () => {
    expect(requestOf(EMPTY_FORM, null)).not.toHaveProperty('algorithm');
    expect(requestOf(EMPTY_FORM, null)).not.toHaveProperty('spec_id');
  });

  it('fills itself from a run, with parameters of its own apart', () => {
    const run = {
      job_name: 'digits',
      version: 'V0003',
      algorithm: { id: 'alg_1', name: 'x', version: 'V0001' },
      configuration: { ...requestOf(filled, algorithm), algorithm: { algorithm_id: 'alg_1', version: null } }
    } as unknown as IRunRead;
    const values = splitOwn(valuesOf(run), algorithm);
    expect(values.parameters).toEqual({ epochs: '20', lr: '0.001', model: '7', augment: false });
    expect(values.own).toEqual([{ name: 'extra', value: '5' }]);
    expect(values.algorithm_version).toBe('V0001');
    expect(requestOf(values, algorithm).parameters).toEqual(requestOf(filled, algorithm).parameters);
  });

  it('shows the command and the Python that do the same', () => {
    const code = codeOf("it's", requestOf(filled, algorithm));
    expect(code.shell).toContain(`--name 'it'\\''s'`);
    expect(code.shell).toContain('--dataset ds_1:V0002/training');
    expect(code.shell).toContain('--param epochs=20');
    expect(code.python).toContain('algorithm_id="alg_1"');
    expect(code.python).toContain('"augment": False');
    expect(code.python).not.toContain('task_type');
  });
});

describe('charts of runs', () => {
  const one = { steps: [1], values: [1], min: [1], max: [1], times: [100] };
  const scalars = (series: IScalars['series']): IScalars => ({
    attempt: 1,
    series,
    next: 0,
    points: Object.keys(series).length,
    progress: null
  });
  it('draws a metric and its validation in one chart', () => {
    expect(chartOf('train/loss')).toBe('loss');
    expect(chartOf('validation_loss')).toBe('loss');
    const charts = groupSeries(
      [
        {
          label: 'V0001',
          index: 0,
          scalars: scalars({ loss: one, validation_loss: one, acc: one })
        }
      ],
      'step'
    );
    expect(charts.map(chart => [chart.title, chart.series.map(series => series.label)])).toEqual([
      ['acc', ['V0001']],
      ['loss', ['loss', 'validation_loss']]
    ]);
  });

  it('keeps the colour of a run over all charts', () => {
    const charts = groupSeries(
      [
        { label: 'V0001', index: 0, scalars: scalars({ acc: one }) },
        { label: 'V0002', index: 1, scalars: scalars({ loss: one, acc: one }) }
      ],
      'time'
    );
    expect(charts[0].series.map(series => series.index)).toEqual([0, 1]);
    expect(charts[1].series.map(series => series.index)).toEqual([1]);
    expect(charts[1].series[0].x).toEqual([100]);
  });
});
