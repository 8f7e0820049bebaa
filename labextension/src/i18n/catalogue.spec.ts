import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { resolve } from 'path';
import { translatorOf } from '.';

const file = resolve(
  __dirname,
  '../../../server_extension/aispace_server/locale/zh_CN/LC_MESSAGES/aispace.json'
);

function compared(): { missing: string[]; unused: string[]; computed: string[] } {
  const script = "import { compare } from './scripts/strings.mjs'; console.log(JSON.stringify(compare()));";
  const out = execFileSync('node', ['--input-type=module', '-e', script], {
    cwd: resolve(__dirname, '../..')
  });
  return JSON.parse(out.toString()) as { missing: string[]; unused: string[]; computed: string[] };
}

describe('the Chinese catalogue', () => {
  const catalogue = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>;

  it('has every string of the source, and the source has only literals', () => {
    const { missing, computed } = compared();
    expect(missing).toEqual([]);
    expect(computed).toEqual([]);
  });

  it('names the language with a dash, or JupyterLab finds nothing', () => {
    expect(catalogue['']).toMatchObject({ domain: 'aispace', language: 'zh-CN' });
  });

  it('has the same places for values as the source', () => {
    for (const [id, forms] of Object.entries(catalogue)) {
      if (id === '') {
        continue;
      }
      const places = (text: string): string[] => [...new Set(text.match(/%\d/g) ?? [])].sort();
      const allowed = places(id);
      for (const form of forms) {
        expect(allowed).toEqual(expect.arrayContaining(places(form)));
      }
    }
  });

  it('is what a face without JupyterLab reads', () => {
    const trans = translatorOf(catalogue);
    expect(trans.__('Publish %1', 'V0003')).toBe('发布V0003');
    expect(trans._n('%1 sample', '%1 samples', 12)).toBe('12个样本');
    expect(translatorOf(null)._n('%1 sample', '%1 samples', 1)).toBe('1 sample');
  });
});
