import type { ISessionContext } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';
import { PanelPageModel } from '../components/panels/panelPageModel';
import type { LinkMessage } from '../components/panels/modelLink';
import '../components/pages';
import { KernelLink } from './kernelLink';
import { panelAddress } from './panels';

describe('the address of a panel', () => {
  it('takes what a kernel wrote', () => {
    const said = { kind: 'job', id: 'job_0190ab', view: { run: 'V0001' }, snapshot_at: 'x' };
    expect(panelAddress(said)).toEqual({ kind: 'job', id: 'job_0190ab', view: { run: 'V0001' } });
  });

  it('takes nothing that could lead elsewhere from a notebook of anybody', () => {
    expect(panelAddress({ kind: 'job', id: '../../users', view: 3 })).toEqual({
      kind: 'job',
      id: null,
      view: {}
    });
    expect(panelAddress(null)).toEqual({ kind: '', id: null, view: {} });
  });
});

it('a page in an output changes its filters in place and opens everything else elsewhere', () => {
  const opened: string[] = [];
  const model = new PanelPageModel('/datasets/ds_1/annotate?state=auto', path => opened.push(path));
  model.go('/datasets/ds_1/annotate?state=auto&sample=ds_1_2');
  expect(model.path).toContain('sample=');
  expect(model.canBack).toBe(false);
  model.go('/datasets/ds_1');
  model.go('/datasets/ds_2/annotate');
  expect(opened).toEqual(['/datasets/ds_1', '/datasets/ds_2/annotate']);
  expect(model.embedded).toBe(true);
});

describe('the wire to the kernel', () => {
  class Comm {
    onMsg: (message: { content: { data: unknown } }) => void = () => undefined;
    onClose: () => void = () => undefined;
    isDisposed = false;
    sent: unknown[] = [];
    open(data: unknown): void {
      this.sent.push(data);
    }
    send(data: unknown): void {
      this.sent.push(data);
    }
    dispose(): void {
      this.isDisposed = true;
    }
    say(data: LinkMessage): void {
      this.onMsg({ content: { data } });
    }
  }

  function session(handleComms = true): { context: ISessionContext; comms: Comm[] } {
    const comms: Comm[] = [];
    const owner = {};
    const context = {
      kernelChanged: new Signal(owner),
      statusChanged: new Signal(owner),
      session: {
        kernel: {
          isDisposed: false,
          handleComms,
          createComm: () => {
            comms.push(new Comm());
            return comms[comms.length - 1];
          }
        }
      }
    };
    return { context: context as unknown as ISessionContext, comms };
  }

  it('is ready when the kernel knows the panel, and tells what it says', () => {
    const { context, comms } = session();
    const link = new KernelLink(context, 'abc');
    expect(link.state).toBe('connecting');
    expect(comms[0].sent).toEqual([{ link: 'abc' }]);
    comms[0].say({ op: 'ready' });
    expect(link.state).toBe('ready');
    const heard: (LinkMessage | null)[] = [];
    link.subscribe(message => heard.push(message));
    link.send({ op: 'errors' });
    expect(link.state).toBe('working');
    comms[0].say({ op: 'progress', done: 1, total: 2 });
    expect(link.state).toBe('working');
    comms[0].say({ op: 'errors', rows: [] });
    expect(link.state).toBe('ready');
    expect(heard.map(message => message?.op ?? null)).toEqual([null, 'progress', 'errors']);
    link.dispose();
    expect(comms[0].isDisposed).toBe(true);
  });

  it('is gone without a kernel, and when a restarted one closes it', () => {
    const alone = new KernelLink(null, 'abc');
    expect(alone.state).toBe('gone');
    alone.dispose();
    const { context, comms } = session();
    const link = new KernelLink(context, 'abc');
    comms[0].onClose();
    expect(link.state).toBe('gone');
    link.send({ op: 'errors' });
    expect(comms[0].sent).toHaveLength(1);
    link.dispose();
  });

  it('says that the kernel is busy when it does not answer', () => {
    jest.useFakeTimers();
    const { context } = session();
    const link = new KernelLink(context, 'abc');
    jest.advanceTimersByTime(3000);
    expect(link.state).toBe('busy');
    link.dispose();
    jest.useRealTimers();
  });
});
