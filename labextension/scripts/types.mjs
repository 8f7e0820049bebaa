// Types of the REST interface from openapi.json. Without the file there is nothing to do: src/client/types is by hand.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const check = process.argv.includes('--check') ? ['--check'] : [];
if (!existsSync('openapi.json')) {
  console.log('openapi.json is missing: generate it with `aispace openapi` first');
} else {
  execFileSync(
    'node_modules/.bin/openapi-typescript',
    ['openapi.json', '--default-non-nullable=false', '--alphabetize', '-o', 'src/client/schema.ts', ...check],
    { stdio: 'inherit' }
  );
}
