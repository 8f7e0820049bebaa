import { english } from '../i18n';
import './pages';
import { PageModel } from './pageModel';
import { formatPath, matchPath, parsePath } from './router';

describe('router', () => {
  it.each([
    ['/datasets', '/datasets', {}],
    ['/datasets/new', '/datasets/new', {}],
    ['/datasets/ds_1', '/datasets/:id/:tab?', { id: 'ds_1' }],
    ['/datasets/ds_1/versions?x=1', '/datasets/:id/:tab?', { id: 'ds_1', tab: 'versions' }],
    ['/datasets/ds_1/annotate?sample=s', '/datasets/:id/annotate', { id: 'ds_1' }],
    ['/files', '/files', {}],
    ['/files/mine', '/files/mine/:path*', {}],
    ['/files/mine/a/b%20c', '/files/mine/:path*', { path: 'a/b c' }]
  ])('%s is the page %s', (path, pattern, params) => {
    const match = matchPath(path);
    expect(match?.page.pattern).toBe(pattern);
    expect(match?.params).toEqual(params);
  });

  it('knows what it does not know', () => {
    expect(matchPath('/nothing/here')).toBeNull();
  });

  it('every page has a word and can be loaded', async () => {
    for (const path of ['/datasets', '/datasets/new', '/files', '/activity', '/search', '/label-groups']) {
      const { page } = matchPath(path)!;
      expect(page.title(english)).not.toBe('');
      expect(typeof (await page.load()).default).toBe('function');
    }
  });

  it('keeps the query of a path and leaves out what is empty', () => {
    const { pathname, query } = parsePath('/datasets?q=a%20b&sort=-name');
    query.set('q', '');
    expect(formatPath(pathname, query)).toBe('/datasets?sort=-name');
  });
});

describe('PageModel', () => {
  it('goes back and forward; filters are no steps', () => {
    const model = new PageModel('/datasets');
    model.go('/datasets?q=x', { replace: true });
    model.go('/datasets/ds_1');
    model.back();
    expect(model.path).toBe('/datasets?q=x');
    expect(model.canBack).toBe(false);
    model.forward();
    expect(model.path).toBe('/datasets/ds_1');
    model.back();
    model.go('/files');
    expect(model.canForward).toBe(false);
  });
});
