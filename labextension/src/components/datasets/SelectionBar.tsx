import type { Arguments, IDatasetRead } from '../../client';
import { useApp } from '../context';
import { Button, MenuButton } from '../controls';
import { count } from '../formats';
import { splitWord } from './words';

/** One change of many samples. */
export type BulkChange = Omit<Arguments<'POST /datasets/{id}/annotations/bulk'>['body'], 'ids' | 'filter'>;

/** What can be done with the selected samples. */
export function SelectionBar(props: {
  dataset: IDatasetRead;
  chosen: number;
  total: number;
  all: boolean;
  busy: boolean;
  onAll: () => void;
  onClear: () => void;
  onChange: (change: BulkChange, told: (n: number) => string) => void;
  onReject: () => void;
  onDelete: () => void;
}): JSX.Element {
  const { trans } = useApp();
  const { dataset, chosen, total } = props;
  const labels = dataset.label_group?.labels ?? [];
  const writable = dataset.can.includes('write');
  const boxes = dataset.annotation_type === 'object_detection';
  return (
    <div className="ais-Row" role="group" aria-label={trans.__('Actions on the selection')}>
      <span>{trans._n('%1 selected', '%1 selected', chosen, count(chosen))}</span>
      {!props.all && chosen < total ? (
        <Button kind="quiet" onClick={props.onAll}>
          {trans.__('Select all %1 that match', count(total))}
        </Button>
      ) : null}
      {boxes ? null : (
        <MenuButton
          label={trans.__('Label the selection')}
          text={trans.__('Label')}
          blocked={
            writable
              ? labels.length
                ? null
                : trans.__('There is no label yet')
              : trans.__('You may only read it')
          }
          items={[
            ...labels.map(label => ({
              label: label.name,
              run: () =>
                props.onChange({ label: label.name }, n => trans.__('%1 labelled %2.', count(n), label.name))
            })),
            {
              label: trans.__('Take the labels away'),
              danger: true,
              run: () =>
                props.onChange({ clear: true }, n => trans._n('%1 cleared.', '%1 cleared.', n, count(n)))
            }
          ]}
        />
      )}
      <Button
        blocked={writable ? null : trans.__('You may only read it')}
        busy={props.busy}
        onClick={() =>
          props.onChange({ confirm: true }, n => trans._n('%1 confirmed.', '%1 confirmed.', n, count(n)))
        }
      >
        {trans.__('Confirm')}
      </Button>
      <MenuButton
        label={trans.__('Review the selection')}
        text={trans.__('Review')}
        blocked={writable ? null : trans.__('You may only read it')}
        items={[
          {
            label: trans.__('Accept'),
            run: () =>
              props.onChange({ review: 'accept' }, n => trans._n('%1 accepted.', '%1 accepted.', n, count(n)))
          },
          { label: trans.__('Reject with a reason'), run: props.onReject },
          {
            label: trans.__('Take the review back'),
            run: () =>
              props.onChange({ review: 'withdraw' }, n =>
                trans._n('%1 review taken back.', '%1 reviews taken back.', n, count(n))
              )
          }
        ]}
      />
      <MenuButton
        label={trans.__('More for the selection')}
        text={trans.__('More')}
        blocked={writable ? null : trans.__('You may only read it')}
        items={[
          {
            label: trans.__('Mark as hard example'),
            run: () => props.onChange({ hard: true }, n => trans._n('%1 marked.', '%1 marked.', n, count(n)))
          },
          {
            label: trans.__('Not a hard example'),
            run: () =>
              props.onChange({ hard: false }, n => trans._n('%1 unmarked.', '%1 unmarked.', n, count(n)))
          },
          ...(['training', 'validation', 'test', 'none'] as const).map(split => ({
            label: trans.__('Put into: %1', splitWord(trans, split)),
            run: () => props.onChange({ split }, n => trans._n('%1 moved.', '%1 moved.', n, count(n)))
          })),
          ...(boxes
            ? [
                {
                  label: trans.__('Delete all boxes'),
                  danger: true,
                  run: () =>
                    props.onChange({ clear: true }, n => trans._n('%1 cleared.', '%1 cleared.', n, count(n)))
                }
              ]
            : []),
          { label: trans.__('Delete'), danger: true, run: props.onDelete }
        ]}
      />
      <Button kind="quiet" onClick={props.onClear}>
        {trans.__('Clear selection')}
      </Button>
    </div>
  );
}
