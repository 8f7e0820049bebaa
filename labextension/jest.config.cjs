const base = require('@jupyterlab/testing/lib/jest-config')(__dirname);

const compiled = [
  '@codemirror',
  '@jupyter',
  '@jupyterlab',
  '@lumino',
  '@marijn',
  '@microsoft',
  '@rjsf',
  'color',
  'exenv-es6',
  'lib0',
  'marked',
  'nanoid',
  'tus-js-client',
  'uplot',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

module.exports = {
  ...base,
  reporters: ['default'],
  setupFiles: [...base.setupFiles, '<rootDir>/jest.setup.js'],
  testRegex: 'src/.*\\.spec\\.tsx?$',
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/lib'],
  transform: {
    ...base.transform,
    '^.+\\.tsx?$': [
      'ts-jest/legacy',
      { tsconfig: './tsconfig.test.json', isolatedModules: true, diagnostics: false }
    ]
  },
  transformIgnorePatterns: [`/node_modules/(?!(${compiled})/).+`]
};
