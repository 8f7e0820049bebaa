import type { MouseEvent } from 'react';
import type { ILabel, ISampleRead } from '../../client';
import { useTrans } from '../context';
import { Icon } from '../Icon';
import { lookOf, statusWord } from '../status';
import { labelsOf, summary } from '../../annotator/objects';
import { labelColour } from './labelColour';
import { BoxMarks } from './SampleRow';

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

/** One sample in the grid: its picture, its state, its label, and whether it is a hard one. */
export function Thumbnail(props: ISampleCell & { size: number; url: string }): JSX.Element {
  const trans = useTrans();
  const { sample, size } = props;
  const objects = sample?.annotation.objects ?? [];
  const names = labelsOf(objects);
  const said = summary(objects);
  const reason = sample?.state === 'rejected' ? sample.review?.reason : '';
  const score = sample?.state === 'auto' ? sample.annotation.objects[0]?.score : null;
  const look = lookOf(sample?.state ?? 'unknown');
  const at = props.labels.findIndex(label => label.name === names[0]);
  const file = sample?.path.split('/').pop() ?? '';
  return (
    <div
      role="option"
      data-index={props.index}
      data-sample={sample?.id}
      aria-selected={props.selected}
      aria-setsize={props.total}
      aria-posinset={props.index + 1}
      aria-label={
        sample
          ? [
              sample.path,
              statusWord(trans, sample.state),
              said || trans.__('no label'),
              sample.hard ? trans.__('hard example') : '',
              reason
            ]
              .filter(Boolean)
              .join(', ')
          : trans.__('Sample %1', props.index + 1)
      }
      className="ais-Sample"
      style={{ width: size + 16 }}
      tabIndex={props.focusable ? 0 : -1}
      onClick={props.onPick}
      onDoubleClick={props.onOpen}
    >
      <span className="ais-Sample-picture" style={{ width: size, height: size }}>
        {sample ? (
          <img
            src={props.url}
            alt=""
            loading="lazy"
            decoding="async"
            draggable={false}
            width={size}
            height={size}
          />
        ) : null}
        {sample ? <BoxMarks sample={sample} labels={props.labels} /> : null}
      </span>
      {sample ? (
        <>
          <span className="ais-Sample-label">
            <Icon name={look.icon} className={`ais-tone-${look.tone}`} />
            {names.length > 0 ? (
              <>
                <i style={{ background: props.labels[at]?.color ?? labelColour(Math.max(0, at)) }} />
                <b>{said}</b>
              </>
            ) : null}
            {score !== null && score !== undefined ? <span>{`a${Math.round(score * 100)}`}</span> : null}
            {sample.hard ? <Icon name="flag" className="ais-tone-warning" /> : null}
          </span>
          <span className="ais-Sample-name">{reason || file}</span>
        </>
      ) : null}
    </div>
  );
}
