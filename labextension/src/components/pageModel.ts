/** The path of one tab with its own back and forward. Knows neither React nor Lab. */
export class PageModel {
  constructor(path: string) {
    this.stack = [path];
  }

  /** Within something else, a notebook's output for instance: it takes no focus by itself. */
  readonly embedded: boolean = false;

  get path(): string {
    return this.stack[this.at];
  }

  get title(): string {
    return this._title;
  }

  get canBack(): boolean {
    return this.at > 0;
  }

  get canForward(): boolean {
    return this.at < this.stack.length - 1;
  }

  /** How often the user has gone somewhere: a first page takes no focus, the next ones do. */
  get moves(): number {
    return this._moves;
  }

  /** Go to a path; `replace` forgets the present one (filters, sort, selection). */
  go(path: string, options: { replace?: boolean } = {}): void {
    if (path === this.path) {
      return;
    }
    if (options.replace) {
      this.stack[this.at] = path;
    } else {
      this.stack = [...this.stack.slice(0, this.at + 1), path];
      this.at = this.stack.length - 1;
      this._moves += 1;
    }
    this.emit();
  }

  back(): void {
    if (this.canBack) {
      this.at -= 1;
      this._moves += 1;
      this.emit();
    }
  }

  forward(): void {
    if (this.canForward) {
      this.at += 1;
      this._moves += 1;
      this.emit();
    }
  }

  setTitle(title: string): void {
    if (title !== this._title) {
      this._title = title;
      this.emit();
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private emit(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }

  private stack: string[];
  private at = 0;
  private _moves = 0;
  private _title = '';
  private readonly listeners = new Set<() => void>();
}
