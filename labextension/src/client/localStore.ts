/** One remembered value. */
export interface IEntry<T> {
  key: string;
  value: T;
  at: number;
}

const DATABASE = 'aispace';
const STORES = ['drafts', 'journal', 'history'] as const;

export type StoreName = (typeof STORES)[number];

/** A key-value store of this browser: survives reload, crash and signing out. */
export interface ILocalStore {
  get<T>(key: string): Promise<T | undefined>;
  put<T>(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
  entries<T>(prefix?: string): Promise<IEntry<T>[]>;
  /** Keep the newest n entries only. */
  trim(n: number): Promise<void>;
}

let opening: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      for (const name of STORES) {
        if (!request.result.objectStoreNames.contains(name)) {
          request.result.createObjectStore(name, { keyPath: 'key' });
        }
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => {
      opening = null;
      reject(request.error ?? new Error('IndexedDB is not available'));
    };
  });
  return opening;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'));
  });
}

/** A store in IndexedDB, its keys apart for each server by `scope`. */
export class IndexedStore implements ILocalStore {
  constructor(
    private readonly name: StoreName,
    private readonly scope: string
  ) {}

  async get<T>(key: string): Promise<T | undefined> {
    const store = await this.open('readonly');
    const entry = (await done(store.get(this.full(key)))) as IEntry<T> | undefined;
    return entry?.value;
  }

  async put<T>(key: string, value: T): Promise<void> {
    const store = await this.open('readwrite');
    await done(store.put({ key: this.full(key), value, at: Date.now() }));
  }

  async delete(key: string): Promise<void> {
    const store = await this.open('readwrite');
    await done(store.delete(this.full(key)));
  }

  async entries<T>(prefix = ''): Promise<IEntry<T>[]> {
    const store = await this.open('readonly');
    const start = this.full(prefix);
    const all = (await done(store.getAll(IDBKeyRange.bound(start, `${start}\uffff`)))) as IEntry<T>[];
    return all
      .map(entry => ({ ...entry, key: entry.key.slice(this.scope.length + 1) }))
      .sort((a, b) => a.at - b.at);
  }

  async trim(n: number): Promise<void> {
    const all = await this.entries();
    for (const entry of all.slice(0, Math.max(0, all.length - n))) {
      await this.delete(entry.key);
    }
  }

  private full(key: string): string {
    return `${this.scope}|${key}`;
  }

  private async open(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    return (await database()).transaction(this.name, mode).objectStore(this.name);
  }
}

/** A store that forgets with the page: where IndexedDB is forbidden, and in tests. */
export class MemoryStore implements ILocalStore {
  async get<T>(key: string): Promise<T | undefined> {
    return Promise.resolve(this.map.get(key)?.value as T | undefined);
  }

  async put<T>(key: string, value: T): Promise<void> {
    this.map.set(key, { key, value: structuredClone(value), at: this.clock++ });
    return Promise.resolve();
  }

  async delete(key: string): Promise<void> {
    this.map.delete(key);
    return Promise.resolve();
  }

  async entries<T>(prefix = ''): Promise<IEntry<T>[]> {
    const all = [...this.map.values()].filter(entry => entry.key.startsWith(prefix));
    return Promise.resolve(all.sort((a, b) => a.at - b.at) as IEntry<T>[]);
  }

  async trim(n: number): Promise<void> {
    const all = await this.entries();
    for (const entry of all.slice(0, Math.max(0, all.length - n))) {
      this.map.delete(entry.key);
    }
  }

  private readonly map = new Map<string, IEntry<unknown>>();
  private clock = 0;
}

/** IndexedDB where there is one. */
export function localStore(name: StoreName, scope: string): ILocalStore {
  return typeof indexedDB === 'undefined' ? new MemoryStore() : new IndexedStore(name, scope);
}
