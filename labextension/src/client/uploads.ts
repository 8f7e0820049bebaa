import { AISpaceError } from './errors';

export type TransferState = 'waiting' | 'sending' | 'paused' | 'done' | 'failed';

/** One file on its way to the server. */
export interface ITransfer {
  id: string;
  name: string;
  size: number;
  sent: number;
  state: TransferState;
  uploadId: string | null;
  batch: string | null;
  error: AISpaceError | null;
}

/** A file with the path it should keep. */
export interface IUploadFile {
  file: File;
  relativePath: string;
}

/** Where and how uploads go. */
export interface IUploadTarget {
  endpoint: string;
  headers(): Record<string, string>;
}

/** One tus upload, as far as we steer it. */
export interface ITusUpload {
  start(): void;
  abort(terminate?: boolean): Promise<void>;
  url: string | null;
}

export interface ITusOptions {
  endpoint: string;
  headers: Record<string, string>;
  metadata: Record<string, string>;
  onProgress(sent: number): void;
  onSuccess(): void;
  onError(reason: Error): void;
}

export type TusFactory = (file: File, options: ITusOptions) => Promise<ITusUpload>;

export const CHUNK = 8 * 1024 * 1024;
const AT_ONCE = 4;

/** The real thing; loaded when the first upload starts. */
export const tusUpload: TusFactory = async (file, options) => {
  const tus = await import('tus-js-client');
  const upload = new tus.Upload(file, {
    endpoint: options.endpoint,
    headers: options.headers,
    metadata: options.metadata,
    chunkSize: CHUNK,
    retryDelays: [0, 1000, 3000, 10_000, 30_000],
    uploadDataDuringCreation: file.size <= CHUNK,
    removeFingerprintOnSuccess: true,
    storeFingerprintForResuming: file.size > CHUNK,
    onProgress: sent => options.onProgress(sent),
    onSuccess: () => options.onSuccess(),
    onError: reason => options.onError(reason)
  });
  if (file.size > CHUNK) {
    const previous = await upload.findPreviousUploads();
    if (previous.length > 0) {
      upload.resumeFromPreviousUpload(previous[0]);
    }
  }
  return upload;
};

function fresh(): string {
  return crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

/** What tus tells of a refusal, as one of our errors. */
function refusal(reason: Error): AISpaceError {
  const answer = (reason as { originalResponse?: { getStatus(): number; getBody(): string } | null })
    .originalResponse;
  if (!answer) {
    return AISpaceError.unreachable(reason);
  }
  try {
    const body = JSON.parse(answer.getBody()) as { error?: { code: string; message: string } };
    if (body.error) {
      return new AISpaceError(answer.getStatus(), body.error);
    }
  } catch {
    // not ours: told by its status below
  }
  return new AISpaceError(answer.getStatus(), {
    code: `http_${answer.getStatus()}`,
    message: `The upload was refused (${answer.getStatus()}).`
  });
}

/** All uploads of this tab: a few at once, resumable, listed for the tray and the status bar. */
export class UploadManager {
  constructor(
    private readonly target: IUploadTarget,
    private readonly factory: TusFactory = tusUpload
  ) {}

  get transfers(): readonly ITransfer[] {
    return this.all;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Send files.
   *
   * Several files share a batch, which a request names as its source.
   *
   * @returns the batch id and, in order, the upload ids; rejects with the first refusal after the others have ended.
   */
  async send(
    files: IUploadFile[],
    options: { batch?: string; metadata?: Record<string, string>; onProgress?: (done: number) => void } = {}
  ): Promise<{ batch: string; uploads: string[] }> {
    const batch = options.batch ?? fresh();
    const mine = files.map(({ file, relativePath }) => {
      const transfer: ITransfer = {
        id: fresh(),
        name: relativePath,
        size: file.size,
        sent: 0,
        state: 'waiting',
        uploadId: null,
        batch,
        error: null
      };
      return { transfer, file };
    });
    this.all = [...this.all, ...mine.map(one => one.transfer)];
    this.changed();
    let next = 0;
    let failure: AISpaceError | null = null;
    let sent = 0;
    const worker = async (): Promise<void> => {
      while (next < mine.length) {
        const { transfer, file } = mine[next++];
        try {
          await this.one(transfer, file, options.metadata ?? {});
          sent += 1;
          options.onProgress?.(sent);
        } catch (reason) {
          failure ??= AISpaceError.of(reason);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, mine.length) }, worker));
    if (failure) {
      throw failure as AISpaceError;
    }
    return { batch, uploads: mine.map(one => one.transfer.uploadId ?? '') };
  }

  /** Stop a transfer for now. */
  async pause(id: string): Promise<void> {
    const transfer = this.all.find(one => one.id === id);
    if (transfer?.state === 'sending') {
      transfer.state = 'paused';
      this.changed();
      await this.running.get(id)?.abort();
    }
  }

  /** Go on with a paused or failed transfer. */
  resume(id: string): void {
    const transfer = this.all.find(one => one.id === id);
    const upload = this.running.get(id);
    if (transfer && upload && (transfer.state === 'paused' || transfer.state === 'failed')) {
      transfer.state = 'sending';
      transfer.error = null;
      this.changed();
      upload.start();
    }
  }

  /** Forget the transfers that have ended. */
  clear(): void {
    this.all = this.all.filter(one => one.state !== 'done' && one.state !== 'failed');
    this.changed();
  }

  private async one(transfer: ITransfer, file: File, metadata: Record<string, string>): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => {
      void this.factory(file, {
        endpoint: this.target.endpoint,
        headers: this.target.headers(),
        metadata: {
          filename: file.name,
          relativePath: transfer.name,
          ...(file.type ? { filetype: file.type } : {}),
          ...(transfer.batch ? { batch: transfer.batch } : {}),
          ...metadata
        },
        onProgress: sent => {
          transfer.sent = sent;
          this.changed();
        },
        onSuccess: () => {
          transfer.state = 'done';
          transfer.sent = transfer.size;
          transfer.uploadId = this.running.get(transfer.id)?.url?.split('/').pop() ?? null;
          this.running.delete(transfer.id);
          this.changed();
          resolve();
        },
        onError: reason => {
          transfer.state = 'failed';
          transfer.error = refusal(reason);
          this.changed();
          reject(transfer.error);
        }
      })
        .then(upload => {
          this.running.set(transfer.id, upload);
          transfer.state = 'sending';
          this.changed();
          upload.start();
        })
        .catch(reject);
    });
    await ended;
  }

  private changed(): void {
    if (!this.pending) {
      this.pending = true;
      // Many small files report often: tell once a frame.
      setTimeout(() => {
        this.pending = false;
        for (const listener of [...this.listeners]) {
          listener();
        }
      }, 50);
    }
  }

  private all: ITransfer[] = [];
  private readonly running = new Map<string, ITusUpload>();
  private readonly listeners = new Set<() => void>();
  private pending = false;
}
