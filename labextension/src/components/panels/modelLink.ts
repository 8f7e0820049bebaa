/** The kernel's end of a panel with a model in the loop, as the panel sees it. */

export type LinkState =
  /** Asked, not answered yet. */
  | 'connecting'
  | 'ready'
  /** It works: a click now would wait. */
  | 'working'
  /** The kernel does something else and answers later. */
  | 'busy'
  /** No kernel, or one that does not know this panel. */
  | 'gone';

export interface ILabelErrors {
  label: string;
  count: number;
  wrong: number;
}

/** What the kernel says. */
export type LinkMessage =
  | { op: 'ready' }
  | { op: 'busy' }
  | { op: 'progress'; done: number; total: number }
  | {
      op: 'report';
      proposed: number;
      unsure: number;
      kept: number;
      failed: string[];
      failed_count: number;
    }
  | { op: 'errors'; rows: ILabelErrors[] }
  | { op: 'failed'; code: string; message: string };

export type LinkRequest = { op: 'prelabel'; count: number; threshold: number } | { op: 'errors' };

export interface IModelLink {
  readonly state: LinkState;
  send(request: LinkRequest): void;
  /** Called with each message, and with null when only the state changed. */
  subscribe(listener: (message: LinkMessage | null) => void): () => void;
}
