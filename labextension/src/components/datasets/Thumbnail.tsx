import { labelsOf, summary } from '../../annotator/objects';
import { labelColour } from './labelColour';
import type { ISampleCell } from './SampleOption';
import { reasonOf, SampleMark, SampleOption } from './SampleOption';
import { BoxMarks } from './SampleRow';

/** One sample in the grid: its picture, its state, its label, and whether it is a hard one. */
export function Thumbnail(props: ISampleCell & { size: number; url: string }): JSX.Element {
  const { sample, size } = props;
  const objects = sample?.annotation.objects ?? [];
  const names = labelsOf(objects);
  const said = summary(objects);
  const at = props.labels.findIndex(label => label.name === names[0]);
  const file = sample?.path.split('/').pop() ?? '';
  return (
    <SampleOption
      {...props}
      words={one => ({ what: [one.path], labels: said })}
      className="ais-Sample"
      style={{ width: size + 16 }}
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
          <SampleMark
            sample={sample}
            label={
              names.length > 0
                ? { colour: props.labels[at]?.color ?? labelColour(Math.max(0, at)), text: said }
                : null
            }
          />
          <span className="ais-Sample-name">{reasonOf(sample) || file}</span>
        </>
      ) : null}
    </SampleOption>
  );
}
