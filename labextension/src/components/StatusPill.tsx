import type { ReactNode } from 'react';
import type { IReason } from '../client';
import { useTrans } from './context';
import { Icon } from './Icon';
import { reasonText } from './messages';
import { lookOf } from './status';
import { Time } from './Time';

/** A state: a symbol in its colour and a word in the text's. `note` says more ("41 %", "4th"). */
export function StatusPill(props: { status: string; since?: string | null; note?: string }): JSX.Element {
  const trans = useTrans();
  const look = lookOf(props.status);
  return (
    <span className="ais-Pill" data-status={props.status}>
      <Icon name={look.icon} className={`ais-tone-${look.tone} ${look.turning ? 'ais-turning' : ''}`} />
      <span>
        {look.word(trans)}
        {props.note ? ` ${props.note}` : ''}
      </span>
      {props.since ? (
        <span className="ais-Muted">
          <Time value={props.since} />
        </span>
      ) : null}
    </span>
  );
}

/** Why it is so, with number and remedy, under a state. */
export function ReasonLine(props: {
  reason: IReason | null | undefined;
  children?: ReactNode;
}): JSX.Element | null {
  const trans = useTrans();
  if (!props.reason) {
    return null;
  }
  return (
    <p className="ais-Reason">
      {reasonText(trans, props.reason)} {props.children}
    </p>
  );
}
