// Builds the three faces: the lab extension (dist), the anywidget module and the hub's admin page.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const development = process.argv.includes('--development');
const widget = resolve(here, '../widgets/aispace_widgets/static');
const admin = resolve(here, '../hub/aispace_hub/static/admin');

function buildLab() {
  const builder = join(here, 'node_modules/@jupyter/builder/lib/build-labextension.js');
  const core = join(here, 'node_modules/@jupyterlab/core-meta/core.package.json');
  const flags = development ? ['--development'] : [];
  execFileSync(process.execPath, [builder, ...flags, '--core-package-file', core, '.'], {
    cwd: here,
    stdio: 'inherit'
  });
}

/** Theme variables of a Lab theme package, limited to one value of data-theme. */
function theme(name, selector) {
  const file = require.resolve(`@jupyterlab/${name}/style/variables.css`);
  return readFileSync(file, 'utf8')
    .replace(/@import[^;]+;/g, '')
    .replaceAll(':root', selector)
    .replace(/url\([^)]*\)/g, 'none');
}

const common = {
  absWorkingDir: here,
  bundle: true,
  format: 'esm',
  minify: !development,
  sourcemap: development,
  target: 'es2022',
  jsx: 'automatic',
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': JSON.stringify(development ? 'development' : 'production') },
  loader: { '.svg': 'text' }
};

/** The style sheets of JupyterLab's face that the hub's pages need too: all but that of the sidebar. */
function sheets() {
  const index = readFileSync(join(here, 'style', 'index.css'), 'utf8');
  return [...index.matchAll(/url\('([\w-]+\.css)'\)/g)]
    .map(found => found[1])
    .filter(name => name !== 'shell.css');
}

/** Our style files as one. */
async function css(...names) {
  const text = names.map(name => readFileSync(join(here, 'style', name), 'utf8')).join('\n');
  return (await esbuild.transform(text, { loader: 'css', minify: !development })).code;
}

async function buildWidget() {
  mkdirSync(widget, { recursive: true });
  await esbuild.build({ ...common, entryPoints: { annotator: 'src/widget/index.ts' }, outdir: widget });
  // Outside JupyterLab nothing else brings the styles of buttons and fields.
  writeFileSync(
    join(widget, 'annotator.css'),
    await css('base.css', 'pages.css', 'views.css', 'data.css', 'annotator.css')
  );
}

async function buildAdmin() {
  rmSync(admin, { recursive: true, force: true });
  mkdirSync(admin, { recursive: true });
  await esbuild.build({
    ...common,
    splitting: true,
    entryPoints: { main: 'src/admin/main.tsx' },
    chunkNames: 'chunk-[hash]',
    outdir: admin
  });
  const styles = [
    theme('theme-light-extension', ':root'),
    theme('theme-dark-extension', ":root[data-theme='dark']"),
    theme('theme-dark-high-contrast-extension', ":root[data-theme='contrast']"),
    ...[...sheets(), 'admin.css'].map(name => readFileSync(join(here, 'style', name), 'utf8'))
  ].join('\n');
  const { code } = await esbuild.transform(styles, { loader: 'css', minify: !development });
  writeFileSync(join(admin, 'main.css'), code);
  const catalogue = resolve(here, '../server_extension/aispace_server/locale/zh_CN/LC_MESSAGES/aispace.json');
  if (existsSync(catalogue)) {
    copyFileSync(catalogue, join(admin, 'zh_CN.json'));
  }
}

buildLab();
await Promise.all([buildWidget(), buildAdmin()]);
// The builder empties dist, so this comes last. Its time tells the packaging hook that the build is complete.
copyFileSync(join(here, 'install.json'), join(here, 'dist/install.json'));
const now = new Date();
utimesSync(join(here, 'dist/install.json'), now, now);
