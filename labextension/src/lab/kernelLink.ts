import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import type { IModelLink, LinkMessage, LinkRequest, LinkState } from '../components/panels/modelLink';

const TARGET = 'aispace.panel';
/** Milliseconds without an answer after which the kernel counts as busy. */
const PATIENCE = 2000;

/** The session of the notebook or console that holds a widget. */
export function sessionOf(widget: Widget): ISessionContext | null {
  for (let one: Widget | null = widget; one; one = one.parent) {
    const found = (one as Widget & { sessionContext?: ISessionContext }).sessionContext;
    if (found) {
      return found;
    }
  }
  return null;
}

/** A panel's wire to the kernel that made it. A kernel that does not know the panel closes the wire. */
export class KernelLink implements IModelLink, IDisposable {
  constructor(
    private readonly session: ISessionContext | null,
    private readonly name: string
  ) {
    session?.kernelChanged.connect(this.connect, this);
    session?.statusChanged.connect(this.onStatus, this);
    this.connect();
  }

  get state(): LinkState {
    return this._state;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  send(request: LinkRequest): void {
    if (this.comm && this._state === 'ready') {
      this.set('working');
      this.comm.send(request);
      this.wait();
    }
  }

  readonly subscribe = (listener: (message: LinkMessage | null) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  dispose(): void {
    this._disposed = true;
    clearTimeout(this.timer);
    this.session?.kernelChanged.disconnect(this.connect, this);
    this.session?.statusChanged.disconnect(this.onStatus, this);
    this.drop();
    this.listeners.clear();
  }

  private connect(): void {
    this.drop();
    const kernel = this.session?.session?.kernel;
    if (!kernel || kernel.isDisposed || !kernel.handleComms) {
      this.set('gone');
      return;
    }
    this.set('connecting');
    const comm = kernel.createComm(TARGET);
    comm.onMsg = message => this.hear(message.content.data as unknown as LinkMessage);
    comm.onClose = () => {
      if (this.comm === comm) {
        this.comm = null;
        clearTimeout(this.timer);
        this.set('gone');
      }
    };
    this.comm = comm;
    comm.open({ link: this.name });
    this.wait();
  }

  /** A restarted kernel has forgotten the panel: it is asked again, and closes the wire. */
  private onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this.drop();
      this.set('gone');
    }
  }

  private wait(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this._state === 'connecting' || this._state === 'working') {
        this.set('busy');
      }
    }, PATIENCE);
  }

  private hear(message: LinkMessage): void {
    clearTimeout(this.timer);
    this._state = message.op === 'progress' || message.op === 'busy' ? 'working' : 'ready';
    this.listeners.forEach(listener => listener(message));
  }

  private drop(): void {
    const comm = this.comm;
    this.comm = null;
    clearTimeout(this.timer);
    if (comm && !comm.isDisposed) {
      comm.dispose();
    }
  }

  private set(state: LinkState): void {
    this._state = state;
    this.listeners.forEach(listener => listener(null));
  }

  private _state: LinkState = 'connecting';
  private _disposed = false;
  private comm: Kernel.IComm | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<(message: LinkMessage | null) => void>();
}
