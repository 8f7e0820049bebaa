// What jsdom lacks and the pages ask for.
require('fake-indexeddb/auto');
const { webcrypto } = require('crypto');

globalThis.IS_REACT_ACT_ENVIRONMENT = true;
if (!globalThis.structuredClone) {
  globalThis.structuredClone = value => JSON.parse(JSON.stringify(value));
}
if (!globalThis.crypto || !globalThis.crypto.subtle) {
  Object.defineProperty(globalThis, 'crypto', { value: webcrypto });
}
window.matchMedia =
  window.matchMedia ||
  (query => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined
  }));
HTMLCanvasElement.prototype.getContext = () =>
  new Proxy({}, { get: (_, key) => (key === 'measureText' ? () => ({ width: 0 }) : () => undefined), set: () => true });
