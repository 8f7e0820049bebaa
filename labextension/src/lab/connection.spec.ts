import { PageConfig } from '@jupyterlab/coreutils';
import { rootInFiles } from './connection';

function page(options: Record<string, string>): string | null {
  for (const name of ['hubPrefix', 'serverRoot']) {
    PageConfig.setOption(name, options[name] ?? '');
  }
  return rootInFiles();
}

test('the root of the file browser is found in the files of the user', () => {
  expect(page({ hubPrefix: '/hub/', serverRoot: '/srv/areas/alice' })).toBe('');
  expect(page({ serverRoot: '~' })).toBe('');
  expect(page({ serverRoot: '~/photos/cats' })).toBe('photos/cats');
  expect(page({ serverRoot: '/data/pictures' })).toBeNull();
  expect(page({ serverRoot: '~other/work' })).toBeNull();
});
