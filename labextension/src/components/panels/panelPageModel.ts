import { PageModel } from '../pageModel';
import { matchPath, parsePath } from '../router';

/** A page within an output: filters and tabs change in place, everything else opens in a tab of its own. */
export class PanelPageModel extends PageModel {
  constructor(
    path: string,
    private readonly open: (path: string) => void
  ) {
    super(path);
  }

  override readonly embedded: boolean = true;

  override go(path: string, options: { replace?: boolean } = {}): void {
    const same = matchPath(path)?.page === matchPath(this.path)?.page;
    const samePlace = parsePath(path).pathname === parsePath(this.path).pathname;
    if (same && samePlace) {
      super.go(path, { ...options, replace: true });
    } else {
      this.open(path);
    }
  }
}
