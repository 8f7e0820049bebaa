// Prints which codes of the server have words: {"errors": [...], "fields": [...], "reasons": [...], "events": [...], "presets": [...]},
// and as "texts" the words of errors, fields and reasons: {"errors": {code: [text, ...sources of what is put in]}, ...}.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { literals } from './strings.mjs';

const KINDS = {
  ERROR_WORDS: 'errors',
  FIELD_WORDS: 'fields',
  EVENT_WORDS: 'events',
  REASON_WORDS: 'reasons',
  LIFECYCLE_ERRORS: 'errors',
  LIFECYCLE_EVENTS: 'events',
  registerErrors: 'errors',
  registerFieldErrors: 'fields',
  registerReasons: 'reasons',
  registerEvents: 'events'
};
const found = { errors: [], fields: [], reasons: [], events: [], presets: [] };
const texts = { errors: {}, fields: {}, reasons: {}, events: {} };

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : /(?<!\.spec)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function add(kind, table) {
  const entries = table.properties.filter(one => ts.isPropertyAssignment(one));
  found[kind].push(...entries.map(one => one.name.text));
  for (const one of entries) {
    const said = ts.isArrowFunction(one.initializer) ? one.initializer.body : undefined;
    if (said && ts.isCallExpression(said) && said.expression.getText() === 't.__') {
      const [text, ...rest] = said.arguments;
      if (ts.isStringLiteralLike(text)) {
        texts[kind][one.name.text] = [text.text, ...rest.map(value => value.getText())];
      }
    }
  }
}

for (const file of files(resolve(dirname(fileURLToPath(import.meta.url)), '../src'))) {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('presetWords.ts')) {
    found.presets.push(...literals(file).found.keys());
  }
  if (!Object.keys(KINDS).some(name => text.includes(name))) {
    continue;
  }
  const visit = node => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const kind = KINDS[node.expression.text];
      const table = node.arguments[0];
      if (kind && table && ts.isObjectLiteralExpression(table)) {
        add(kind, table);
      }
    } else if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && KINDS[node.name.text]) {
      add(KINDS[node.name.text], node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
}
console.log(JSON.stringify({ ...found, texts }));
