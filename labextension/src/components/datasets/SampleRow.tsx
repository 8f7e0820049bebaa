import type { IColumn, ILabel, ISampleRead } from '../../client';
import { shownValue } from '../../annotator/objects';
import { useTrans } from '../context';
import { labelColour } from './labelColour';
import type { ISampleCell } from './SampleOption';
import { reasonOf, SampleMark, SampleOption } from './SampleOption';

/** As many columns as fit beside the label. */
const COLUMNS = 8;

/** The columns of a table that the list shows. */
export function shownColumns(columns: IColumn[] | null): IColumn[] {
  return (columns ?? []).filter(column => column.role !== 'label').slice(0, COLUMNS);
}

/** One text or one row of a table in the list: its state, its label, its beginning. */
export function SampleRow(props: ISampleCell & { columns: IColumn[]; height: number }): JSX.Element {
  const trans = useTrans();
  const { sample, columns } = props;
  const names = sample?.annotation.objects.map(object => object.label ?? '').filter(Boolean) ?? [];
  const reason = reasonOf(sample);
  return (
    <SampleOption
      {...props}
      words={one => ({
        what: [
          one.excerpt?.slice(0, 80) ?? one.path,
          ...columns.map(column => `${column.name} ${String(one.values?.[column.name] ?? '')}`)
        ],
        labels: names.join(', ')
      })}
      className="ais-SampleRow"
      style={{ height: props.height }}
    >
      {sample ? (
        <>
          <SampleMark
            sample={sample}
            label={
              names.length > 0 ? { colour: colourOf(props.labels, names[0]), text: names.join(', ') } : null
            }
          >
            <span className="ais-Muted">{trans.__('no label')}</span>
          </SampleMark>
          {columns.length > 0 ? (
            columns.map(column => (
              <span
                key={column.name}
                className="ais-SampleRow-cell"
                data-number={column.type === 'integer' || column.type === 'number' || undefined}
              >
                {shownValue(sample.values?.[column.name])}
              </span>
            ))
          ) : (
            <span className="ais-SampleRow-text" dir="auto">
              {reason ? <b>{reason} · </b> : null}
              {sample.excerpt || sample.path}
            </span>
          )}
        </>
      ) : null}
    </SampleOption>
  );
}

/** The names of the columns above the rows. */
export function ColumnNames(props: { columns: IColumn[] }): JSX.Element {
  const trans = useTrans();
  return (
    <div className="ais-SampleRow ais-mod-head" aria-hidden="true">
      <span>{trans.__('Label')}</span>
      {props.columns.map(column => (
        <span
          key={column.name}
          className="ais-SampleRow-cell"
          data-number={column.type === 'integer' || column.type === 'number' || undefined}
          title={column.name}
        >
          {column.name}
        </span>
      ))}
    </div>
  );
}

function colourOf(labels: ILabel[], name: string): string {
  const at = labels.findIndex(label => label.name === name);
  return labels[at]?.color ?? labelColour(Math.max(0, at));
}

/** The boxes of a sample over its small picture. */
export function BoxMarks(props: { sample: ISampleRead; labels: ILabel[] }): JSX.Element | null {
  const { width, height, annotation } = props.sample;
  const boxes = annotation.objects.filter(object => object.shape);
  if (!width || !height || boxes.length === 0) {
    return null;
  }
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {boxes.slice(0, 200).map(({ id, label, score, shape }, index) =>
        shape ? (
          <g key={id ?? index} strokeDasharray={score === null || score === undefined ? undefined : '4 3'}>
            <rect x={shape.x} y={shape.y} width={shape.w} height={shape.h} className="ais-mod-casing" />
            <rect
              x={shape.x}
              y={shape.y}
              width={shape.w}
              height={shape.h}
              stroke={colourOf(props.labels, label ?? '')}
            />
          </g>
        ) : null
      )}
    </svg>
  );
}
