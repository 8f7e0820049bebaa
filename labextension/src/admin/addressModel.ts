import { PageModel } from '../components/pageModel';

/** Whether a path is shown here; all others live in JupyterLab. */
export function isHere(path: string): boolean {
  return /^\/(admin|usage)(\/|\?|$)/.test(path);
}

/** The path of the one tab that the browser's own address bar shows. */
export class AddressModel extends PageModel {
  constructor(
    private readonly prefix: string,
    private readonly elsewhere: (path: string) => void
  ) {
    super(AddressModel.read(prefix));
    window.addEventListener('popstate', this.onPop);
    this.stop = this.subscribe(() => this.write());
  }

  override go(path: string, options: { replace?: boolean } = {}): void {
    if (isHere(path)) {
      super.go(path, options);
    } else {
      this.elsewhere(path);
    }
  }

  dispose(): void {
    window.removeEventListener('popstate', this.onPop);
    this.stop();
  }

  private static read(prefix: string): string {
    const { pathname, search } = window.location;
    const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : pathname;
    return (path.length > 1 ? path.replace(/\/$/, '') : '/usage') + search;
  }

  private readonly onPop = (): void => {
    this.popping = true;
    super.go(AddressModel.read(this.prefix), { replace: true });
    this.popping = false;
  };

  private write(): void {
    const address = this.prefix + this.path;
    if (!this.popping && address !== window.location.pathname + window.location.search) {
      if (this.moves === this.written) {
        window.history.replaceState(null, '', address);
      } else {
        window.history.pushState(null, '', address);
      }
    }
    this.written = this.moves;
  }

  private popping = false;
  private written = 0;
  private readonly stop: () => void;
}
