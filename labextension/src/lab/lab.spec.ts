import { PageConfig } from '@jupyterlab/coreutils';
import { addressOf, pathOf } from './connection';
import { worthTelling } from './notifications';
import { translated } from './settings';

describe('addresses', () => {
  it('a path survives the way through an address', () => {
    const path = '/datasets/ds_1?q=a b&state=unlabelled';
    expect(pathOf(new URL(addressOf(path), 'http://x').search)).toBe(path);
    expect(pathOf('?aispace=javascript:alert(1)')).toBeNull();
    expect(pathOf('?x=1')).toBeNull();
  });

  it('on a hub it opens for everybody in his own server', () => {
    PageConfig.setOption('hubPrefix', '/hub/');
    expect(addressOf('/datasets')).toBe('/hub/user-redirect/lab?aispace=%2Fdatasets');
    PageConfig.setOption('hubPrefix', '');
  });
});

describe('notifications', () => {
  it('tell ends and failures, no steps on the way', () => {
    expect(worthTelling({ code: 'workload.failed' })).toBe('error');
    expect(worthTelling({ code: 'import.finished' })).toBe('success');
    expect(worthTelling({ code: 'workload.running' })).toBeNull();
    expect(worthTelling({ code: 'dataset.annotated' })).toBeNull();
  });

  it('of training are those that the owner of the job chose', () => {
    expect(worthTelling({ code: 'training_job.run_running', params: { notify: true } })).toBe('success');
    expect(worthTelling({ code: 'training_job.run_failed', params: { notify: true } })).toBe('error');
    expect(worthTelling({ code: 'training_job.run_succeeded', params: { notify: false } })).toBeNull();
    expect(worthTelling({ code: 'workload.succeeded', params: { kind: 'training' } })).toBeNull();
    expect(worthTelling({ code: 'workload.succeeded', params: { kind: 'batch' } })).toBe('success');
  });
});

it('settings are translated in their titles and descriptions only', () => {
  const schema = {
    title: 'A',
    type: 'object',
    properties: { n: { title: 'B', description: 'C', default: 'A' } }
  };
  expect(translated(schema, text => `${text}!`)).toEqual({
    title: 'A!',
    type: 'object',
    properties: { n: { title: 'B!', description: 'C!', default: 'A' } }
  });
});
