import type { CSSProperties, MouseEvent, ReactNode } from 'react';
import type { ILabel, ISampleRead } from '../../client';
import { useTrans } from '../context';
import { Icon } from '../Icon';
import { lookOf, statusWord } from '../status';

/** One place of the samples' grid or list; its sample may still be on its way. */
export interface ISampleCell {
  sample: ISampleRead | undefined;
  index: number;
  total: number;
  labels: ILabel[];
  selected: boolean;
  focusable: boolean;
  onPick: (event: MouseEvent) => void;
  onOpen: () => void;
}

/** Why a sample was rejected; empty when it was not. */
export function reasonOf(sample: ISampleRead | undefined): string {
  return sample?.state === 'rejected' ? (sample.review?.reason ?? '') : '';
}

/** A place that can be picked and opened, and what a screen reader says of it. */
export function SampleOption(
  props: ISampleCell & {
    /** What the sample is, and what is said about it. */
    words: (sample: ISampleRead) => { what: string[]; labels: string };
    className: string;
    style: CSSProperties;
    children: ReactNode;
  }
): JSX.Element {
  const trans = useTrans();
  const { sample } = props;
  const words = sample && props.words(sample);
  return (
    <div
      role="option"
      data-index={props.index}
      data-sample={sample?.id}
      aria-selected={props.selected}
      aria-setsize={props.total}
      aria-posinset={props.index + 1}
      aria-label={
        sample && words
          ? [
              ...words.what,
              statusWord(trans, sample.state),
              words.labels || trans.__('no label'),
              sample.hard ? trans.__('hard example') : '',
              reasonOf(sample)
            ]
              .filter(Boolean)
              .join(', ')
          : trans.__('Sample %1', props.index + 1)
      }
      className={props.className}
      style={props.style}
      tabIndex={props.focusable ? 0 : -1}
      onClick={props.onPick}
      onDoubleClick={props.onOpen}
    >
      {props.children}
    </div>
  );
}

/** State, label, and whether a sample is a hard one, in one line. */
export function SampleMark(props: {
  sample: ISampleRead;
  /** Colour and words of its label; null where there is none. */
  label: { colour: string; text: string } | null;
  children?: ReactNode;
}): JSX.Element {
  const { sample, label } = props;
  const look = lookOf(sample.state);
  const score = sample.state === 'auto' ? sample.annotation.objects[0]?.score : null;
  return (
    <span className="ais-Sample-label">
      <Icon name={look.icon} className={`ais-tone-${look.tone}`} />
      {label ? (
        <>
          <i style={{ background: label.colour }} />
          <b>{label.text}</b>
        </>
      ) : (
        props.children
      )}
      {score !== null && score !== undefined ? <span>{`a${Math.round(score * 100)}`}</span> : null}
      {sample.hard ? <Icon name="flag" className="ais-tone-warning" /> : null}
    </span>
  );
}
