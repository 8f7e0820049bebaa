import type { INotice } from '../components/context';

export interface IShownNotice extends INotice {
  id: number;
}

/** What is told to the user: a good one goes by itself, a bad one stays until it is dismissed. */
export class Notices {
  get all(): readonly IShownNotice[] {
    return this.list;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly add = (notice: INotice): void => {
    const shown = { ...notice, id: ++this.counter };
    this.list = [...this.list.filter(one => !notice.key || one.key !== notice.key), shown];
    if (notice.kind !== 'error' && notice.kind !== 'warning') {
      setTimeout(() => this.dismiss(shown.id), 5000);
    }
    this.changed();
  };

  dismiss(id: number): void {
    this.list = this.list.filter(one => one.id !== id);
    this.changed();
  }

  private changed(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }

  private list: readonly IShownNotice[] = [];
  private counter = 0;
  private readonly listeners = new Set<() => void>();
}
