import type { ITrans } from '../i18n';
import type { IconName } from './icons';

type Tone = 'muted' | 'info' | 'brand' | 'success' | 'warning' | 'error';

interface ILook {
  icon: IconName;
  tone: Tone;
  word: (trans: ITrans) => string;
  turning?: boolean;
}

const draft = (word: ILook['word']): ILook => ({ icon: 'dotted', tone: 'muted', word });
const waiting = (word: ILook['word']): ILook => ({ icon: 'clock', tone: 'info', word });
const working = (word: ILook['word']): ILook => ({ icon: 'half', tone: 'brand', word, turning: true });
const good = (word: ILook['word']): ILook => ({ icon: 'tick', tone: 'success', word });
const doubtful = (word: ILook['word']): ILook => ({ icon: 'warning', tone: 'warning', word });
const bad = (word: ILook['word']): ILook => ({ icon: 'cross', tone: 'error', word });

const LOOKS: Record<string, ILook> = {
  draft: draft(t => t.__('draft')),
  created: draft(t => t.__('created')),
  unlabelled: draft(t => t.__('unlabelled')),
  empty: draft(t => t.__('empty')),
  unbuilt: draft(t => t.__('not built')),
  unknown: draft(t => t.__('unknown')),
  scheduled: waiting(t => t.__('scheduled')),
  queued: waiting(t => t.__('queued')),
  pending: waiting(t => t.__('waiting')),
  starting: working(t => t.__('starting')),
  deploying: working(t => t.__('deploying')),
  importing: working(t => t.__('importing')),
  exporting: working(t => t.__('exporting')),
  preparing: working(t => t.__('preparing')),
  building: working(t => t.__('building')),
  storing: working(t => t.__('putting results away')),
  draining: working(t => t.__('ending')),
  stopping: working(t => t.__('stopping')),
  labelling: { icon: 'half', tone: 'brand', word: t => t.__('labelling') },
  started: { icon: 'half', tone: 'brand', word: t => t.__('started') },
  auto: { icon: 'half', tone: 'info', word: t => t.__('automatic') },
  auto_labelling: working(t => t.__('auto-labelling')),
  auto_labelled: { icon: 'half', tone: 'info', word: t => t.__('auto-labelled') },
  running: { icon: 'play', tone: 'brand', word: t => t.__('running') },
  serving: { icon: 'dot', tone: 'brand', word: t => t.__('serving') },
  succeeded: good(t => t.__('succeeded')),
  labelled: good(t => t.__('labelled')),
  reviewed: good(t => t.__('reviewed')),
  ready: good(t => t.__('ready')),
  enabled: good(t => t.__('enabled')),
  published: good(t => t.__('published')),
  partial: doubtful(t => t.__('partial')),
  degraded: doubtful(t => t.__('degraded')),
  failed: bad(t => t.__('failed')),
  rejected: bad(t => t.__('rejected')),
  refused: bad(t => t.__('refused')),
  stopped: { icon: 'square', tone: 'muted', word: t => t.__('stopped') },
  cancelled: { icon: 'square', tone: 'muted', word: t => t.__('cancelled') },
  paused: { icon: 'pause', tone: 'muted', word: t => t.__('paused') },
  disabled: { icon: 'barred', tone: 'muted', word: t => t.__('disabled') }
};

/** Symbol, colour and word of a state; an unknown one is shown as the server says it. */
export function lookOf(status: string): ILook {
  return LOOKS[status] ?? { icon: 'dotted', tone: 'muted', word: () => status.replaceAll('_', ' ') };
}

export function statusWord(trans: ITrans, status: string): string {
  return lookOf(status).word(trans);
}

/** Whether it will change by itself. */
export function isActive(status: string): boolean {
  return [
    'scheduled',
    'queued',
    'pending',
    'starting',
    'running',
    'stopping',
    'importing',
    'building',
    'deploying',
    'exporting',
    'preparing'
  ].includes(status);
}
