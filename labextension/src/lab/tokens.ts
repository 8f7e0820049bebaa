import { Token } from '@lumino/coreutils';
import type { AISpaceClient } from '../client';
import type { IApp } from '../components/context';
import type { ITrans } from '../i18n';

export const PLUGIN = '@aispace/labextension';

/** The ids of our commands. */
export const Commands = {
  open: 'aispace:open',
  area: (area: string): string => `aispace:open-${area}`,
  newDataset: 'aispace:new-dataset',
  importFiles: 'aispace:import-files',
  annotate: 'aispace:annotate-samples',
  copyLink: 'aispace:copy-link',
  search: 'aispace:search-everything',
  openTour: 'aispace:open-tour'
} as const;

/** What our plugins share. */
export interface IAISpace {
  readonly app: IApp;
  readonly client: AISpaceClient;
  readonly trans: ITrans;
  /** Open a path: in the tab that shows it, in the current tab of ours ("here"), or in a new one. */
  open(path: string, mode?: 'here' | 'tab' | 'split'): void;
  /** Resolves when the user's rights are known. */
  readonly ready: Promise<void>;
}

export const IAISpace = new Token<IAISpace>(
  `${PLUGIN}:IAISpace`,
  'The client, the opener and the translator of AI Space.'
);
