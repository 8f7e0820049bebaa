// Lists the strings of the source that the Chinese catalogue lacks, and merges translations into it.
//   node scripts/strings.mjs                 prints what is missing (as JSON to fill in) and what is unused; exit 1 when missing
//   node scripts/strings.mjs --merge FILE    adds {"msgid": "text"} of FILE to the catalogue, sorted, in one write
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
export const CATALOGUE = resolve(
  here,
  '../../server_extension/aispace_server/locale/zh_CN/LC_MESSAGES/aispace.json'
);

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name === 'testing' ? [] : files(path);
    }
    return /\.tsx?$/.test(entry.name) && !/\.spec\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** The message ids of one source: {id, plural, file}; a computed id is an error. */
export function literals(file) {
  const found = new Map();
  const computed = [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const visit = node => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const name = node.expression.name.text;
      if (name === '__' || name === '_n') {
        const first = node.arguments[0];
        if (first && ts.isStringLiteralLike(first)) {
          found.set(first.text, { plural: name === '_n', file });
        } else {
          computed.push(`${file}: ${node.getText()}`);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { found, computed };
}

/** All message ids of the sources. */
export function strings(folder = resolve(here, '../src')) {
  const found = new Map();
  const computed = [];
  for (const file of files(folder)) {
    const one = literals(file);
    one.found.forEach((use, id) => found.set(id, use));
    computed.push(...one.computed);
  }
  return { found, computed };
}

export function catalogue() {
  return JSON.parse(readFileSync(CATALOGUE, 'utf8'));
}

function schemaStrings() {
  const found = [];
  const walk = value => {
    if (value && typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) {
        if ((key === 'title' || key === 'description' || key === 'label') && typeof inner === 'string') {
          found.push(inner);
        }
        walk(inner);
      }
    }
  };
  const folder = resolve(here, '../schema');
  for (const name of readdirSync(folder).filter(name => name.endsWith('.json'))) {
    walk(JSON.parse(readFileSync(join(folder, name), 'utf8')));
  }
  return found;
}

/** What the catalogue lacks, what it has too much, and ids that are no literals. */
export function compare() {
  const { found, computed } = strings();
  for (const id of schemaStrings()) {
    if (!found.has(id)) {
      found.set(id, { plural: false, file: 'schema' });
    }
  }
  const have = catalogue();
  const missing = [...found].filter(
    ([id, use]) => !have[id] || !have[id][0] || (use.plural && have[id].length < 2)
  );
  const unused = Object.keys(have).filter(id => id !== '' && !found.has(id));
  return { missing: missing.map(([id]) => id), unused, computed };
}

function merge(file) {
  const have = catalogue();
  const { found } = strings();
  for (const [id, text] of Object.entries(JSON.parse(readFileSync(file, 'utf8')))) {
    // A plural is looked up only when the list has two forms.
    have[id] = found.get(id)?.plural ? [text, text] : [text];
  }
  const sorted = Object.fromEntries(Object.entries(have).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  writeFileSync(`${CATALOGUE}.new`, `${JSON.stringify(sorted, null, 1)}\n`);
  renameSync(`${CATALOGUE}.new`, CATALOGUE);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--merge');
  if (at > 0) {
    merge(process.argv[at + 1]);
  }
  if (process.argv.includes('--prune')) {
    const { unused } = compare();
    const have = Object.fromEntries(Object.entries(catalogue()).filter(([id]) => !unused.includes(id)));
    writeFileSync(CATALOGUE, `${JSON.stringify(have, null, 1)}\n`);
  }
  const result = compare();
  console.log(JSON.stringify(Object.fromEntries(result.missing.map(id => [id, ''])), null, 1));
  if (result.unused.length > 0) {
    console.error(`unused: ${JSON.stringify(result.unused)}`);
  }
  for (const line of result.computed) {
    console.error(`not a literal: ${line}`);
  }
  process.exitCode = result.missing.length + result.computed.length > 0 ? 1 : 0;
}
