import type { ITusOptions } from './uploads';
import { UploadManager } from './uploads';

function file(name: string, size = 3): { file: File; relativePath: string } {
  return { file: new File(['x'.repeat(size)], name.split('/').pop() ?? name), relativePath: name };
}

describe('UploadManager', () => {
  it('sends a folder as one batch, a few files at once, and gives the ids in order', async () => {
    const seen: Record<string, string>[] = [];
    let running = 0;
    let most = 0;
    const manager = new UploadManager(
      { endpoint: '/uploads', headers: () => ({ 'X-XSRFToken': 'x' }) },
      (_, options) => {
        seen.push(options.metadata);
        expect(options.headers).toEqual({ 'X-XSRFToken': 'x' });
        const upload = {
          url: null as string | null,
          start: () => {
            running += 1;
            most = Math.max(most, running);
            setTimeout(() => {
              running -= 1;
              upload.url = `/uploads/up_${options.metadata.filename}`;
              options.onSuccess();
            }, 1);
          },
          abort: () => Promise.resolve()
        };
        return Promise.resolve(upload);
      }
    );
    const names = Array.from({ length: 10 }, (_, i) => `cars/${i}.png`);
    const done = await manager.send(names.map(name => file(name)));
    expect(done.uploads).toEqual(names.map(name => `up_${name.slice(5)}`));
    expect(new Set(seen.map(one => one.batch))).toEqual(new Set([done.batch]));
    expect(seen.map(one => one.relativePath).sort()).toEqual([...names].sort());
    expect(most).toBe(4);
    expect(manager.transfers.every(one => one.state === 'done')).toBe(true);
  });

  it('tells the refusal of the server in its own words and sends the rest', async () => {
    const manager = new UploadManager(
      { endpoint: '/uploads', headers: () => ({}) },
      (_, options: ITusOptions) => {
        const upload = {
          url: '/uploads/up_1',
          start: () =>
            setTimeout(() => {
              if (options.metadata.filename === 'big.bin') {
                const answer = { error: { code: 'too_large', message: 'Not uploaded.' } };
                options.onError(
                  Object.assign(new Error('tus'), {
                    originalResponse: { getStatus: () => 413, getBody: () => JSON.stringify(answer) }
                  })
                );
              } else {
                options.onSuccess();
              }
            }, 1),
          abort: () => Promise.resolve()
        };
        return Promise.resolve(upload);
      }
    );
    await expect(manager.send([file('big.bin'), file('small.bin')])).rejects.toMatchObject({
      code: 'too_large',
      status: 413
    });
    expect(manager.transfers.map(one => one.state)).toEqual(['failed', 'done']);
  });
});
