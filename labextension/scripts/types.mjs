// Types of the REST interface, made of the OpenAPI document of the platform in this checkout: src/client/generated/schema.ts.
//   node scripts/types.mjs           writes the file
//   node scripts/types.mjs --check   exit 1 when the file is not what would be written
//   node scripts/types.mjs --build   writes it in a checkout that has its environment; elsewhere the committed file serves
// PYTHON names the interpreter that has the platform; without it that of ../.venv.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const here = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const file = join(here, 'src/client/generated/schema.ts');

const own = join(here, '../.venv/bin/python');
if (process.argv.includes('--build') && !process.env.PYTHON && !existsSync(own)) {
  process.exit(0);
}
const python = process.env.PYTHON ?? (existsSync(own) ? own : 'python3');

const LARGEST = 64 * 1024 * 1024;

/** What a route takes and gives, as a schema. Errors have one shape, which errors.ts reads; headers are the client's. */
function route(operation) {
  const given = (operation.parameters ?? []).filter(one => one.in === 'query');
  const made = { description: operation.summary, type: 'object', properties: {}, required: [] };
  const add = (name, schema, required) => {
    made.properties[name] = schema;
    made.required.push(...(required ? [name] : []));
  };
  if (given.length > 0) {
    const query = {
      type: 'object',
      properties: Object.fromEntries(
        given.map(({ name, description, schema }) => [name, { ...schema, description }])
      ),
      required: given.filter(one => one.required).map(one => one.name)
    };
    add('query', query, query.required.length > 0);
  }
  const { content, required } = operation.requestBody ?? {};
  if (content) {
    add('body', content['application/json']?.schema ?? {}, required);
  }
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))[1];
  const json = answer.content?.['application/json']?.schema;
  if (json) {
    add('response', json, true);
  }
  return made;
}

/** Names of the schemas that a schema needs, itself included. */
function needed(name, schemas, found = new Set()) {
  if (!found.has(name)) {
    found.add(name);
    for (const [, other] of JSON.stringify(schemas[name]).matchAll(/#\/components\/schemas\/([^"]+)"/g)) {
      needed(other, schemas, found);
    }
  }
  return found;
}

/** The document with a schema `Routes` in place of its paths, and with the schemas that those need. */
function flat({ openapi, info, paths, components }) {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, one]) => [`${verb.toUpperCase()} ${path}`, route(one)])
  );
  const { schemas } = components;
  schemas.Routes = {
    type: 'object',
    properties: Object.fromEntries(routes),
    required: routes.map(([name]) => name)
  };
  const kept = [...needed('Routes', schemas)].map(name => [name, schemas[name]]);
  return { openapi, info, paths: {}, components: { schemas: Object.fromEntries(kept) } };
}

const printed = execFileSync(python, ['-m', 'aispace.cli', 'openapi', '--compact'], {
  encoding: 'utf8',
  maxBuffer: LARGEST
});
// Titles repeat names.
const document = JSON.parse(printed, (key, value) =>
  (key === 'title' && typeof value === 'string') || (key === 'default' && value === null) ? undefined : value
);
// What has a default may be left out of a request; answers say themselves what they always have.
const nodes = await openapiTS(flat(document), { alphabetize: true, defaultNonNullable: false });
const text = `// Made by \`npm run types\` of the platform's OpenAPI document: change the schemas in Python instead.\n\n${astToString(nodes)}`;
const present = existsSync(file) ? readFileSync(file, 'utf8') : '';

if (process.argv.includes('--check')) {
  if (present !== text) {
    console.error(
      'src/client/generated/schema.ts is not what the platform says: run `npm run types` in labextension'
    );
    process.exit(1);
  }
} else if (present !== text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
