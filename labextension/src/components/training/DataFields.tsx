import type { IAccepts, IDatasetRead } from '../../client';
import { PageLink, useApp } from '../context';
import { Button, SelectField } from '../controls';
import { useQuery } from '../useQuery';
import type { IFormInput } from './request';

/** Why an algorithm can't learn from a dataset; null when it can. */
export function refusalOf(
  dataset: IDatasetRead,
  accepts: IAccepts | null,
  words: { kind: string; unpublished: string }
): string | null {
  if (!dataset.current_version) {
    return words.unpublished;
  }
  if (accepts?.data_types.length && !accepts.data_types.includes(dataset.data_type)) {
    return words.kind;
  }
  if (accepts?.annotation_types.length && !accepts.annotation_types.includes(dataset.annotation_type)) {
    return words.kind;
  }
  return null;
}

/** Datasets, versions and splits to learn from. */
export function DataFields(props: {
  inputs: IFormInput[];
  accepts: IAccepts | null;
  onChange: (inputs: IFormInput[]) => void;
  error: (field: string) => string | null;
}): JSX.Element {
  const { client, trans } = useApp();
  const datasets = useQuery(
    'datasets to train on',
    signal => client.call('GET /datasets', { query: { limit: 200, sort: '-updated_at' }, signal }),
    event => event.code.startsWith('dataset.')
  );
  const all = datasets.data?.items ?? [];
  const set = (index: number, patch: Partial<IFormInput>): void =>
    props.onChange(props.inputs.map((input, at) => (at === index ? { ...input, ...patch } : input)));
  return (
    <>
      {props.inputs.map((input, index) => (
        <DataLine
          key={index}
          index={index}
          input={input}
          datasets={all}
          accepts={props.accepts}
          onChange={patch => set(index, patch)}
          onRemove={
            props.inputs.length > 1
              ? () => props.onChange(props.inputs.filter((_, at) => at !== index))
              : undefined
          }
          error={props.error}
        />
      ))}
      <div className="ais-Row">
        <Button
          icon="add"
          onClick={() =>
            props.onChange([...props.inputs, { role: 'training', dataset_id: '', version: '', split: '' }])
          }
        >
          {trans.__('Add training set')}
        </Button>
        {props.inputs.some(input => input.role === 'validation') ? null : (
          <Button
            icon="add"
            onClick={() =>
              props.onChange([
                ...props.inputs,
                {
                  role: 'validation',
                  dataset_id: props.inputs[0]?.dataset_id ?? '',
                  version: props.inputs[0]?.version ?? '',
                  split: ''
                }
              ])
            }
          >
            {trans.__('Add validation set')}
          </Button>
        )}
        {datasets.data && all.length === 0 ? (
          <span>
            {trans.__('There is no dataset yet.')}{' '}
            <PageLink to="/datasets/new">{trans.__('New dataset')}</PageLink>
          </span>
        ) : null}
      </div>
    </>
  );
}

function DataLine(props: {
  index: number;
  input: IFormInput;
  datasets: IDatasetRead[];
  accepts: IAccepts | null;
  onChange: (patch: Partial<IFormInput>) => void;
  onRemove?: () => void;
  error: (field: string) => string | null;
}): JSX.Element {
  const { client, trans } = useApp();
  const { input, index } = props;
  const versions = useQuery(
    input.dataset_id ? `versions to train on ${input.dataset_id}` : null,
    signal =>
      client
        .call('GET /datasets/{id}/versions', {
          path: { id: input.dataset_id },
          query: { limit: 200 },
          signal
        })
        .then(answer => answer.items),
    event => event.object_id === input.dataset_id
  );
  const chosen = props.datasets.find(one => one.id === input.dataset_id);
  const words = {
    kind: trans.__('this algorithm does not take its kind'),
    unpublished: trans.__('publish it first')
  };
  const role = input.role === 'validation' ? trans.__('Validation set') : trans.__('Training set');
  const label = (text: string): string => (index === 0 ? text : `${text} ${index + 1}`);
  return (
    <fieldset className="ais-DataLine">
      <legend>{label(role)}</legend>
      <SelectField
        label={trans.__('Dataset')}
        name={`inputs.${index}.dataset_id`}
        value={input.dataset_id}
        error={props.error(`inputs.${index}.dataset_id`) ?? (index === 0 ? props.error('inputs') : null)}
        options={[
          { value: '', label: trans.__('choose') },
          ...props.datasets.map(one => {
            const refusal = refusalOf(one, props.accepts, words);
            return {
              value: one.id,
              label: refusal ? `${one.name} (${refusal})` : one.name,
              disabled: refusal !== null
            };
          }),
          ...(input.dataset_id && !chosen ? [{ value: input.dataset_id, label: input.dataset_id }] : [])
        ]}
        onChange={dataset_id =>
          props.onChange({
            dataset_id,
            version: props.datasets.find(one => one.id === dataset_id)?.current_version ?? '',
            split: ''
          })
        }
      />
      <SelectField
        label={trans.__('Version')}
        name={`inputs.${index}.version`}
        value={input.version}
        disabled={!input.dataset_id}
        error={props.error(`inputs.${index}.version`)}
        options={[
          ...(input.version ? [] : [{ value: '', label: trans.__('none published') }]),
          ...(versions.data ?? []).map(one => ({
            value: one.version,
            label:
              one.version === chosen?.current_version ? trans.__('%1 (current)', one.version) : one.version
          })),
          ...(input.version && !versions.data?.some(one => one.version === input.version)
            ? [{ value: input.version, label: input.version }]
            : [])
        ]}
        onChange={version => props.onChange({ version })}
      />
      <SelectField
        label={trans.__('Part')}
        name={`inputs.${index}.split`}
        value={input.split}
        error={props.error(`inputs.${index}.split`)}
        options={[
          { value: '', label: trans.__('all samples') },
          { value: 'training', label: trans.__('training set') },
          { value: 'validation', label: trans.__('validation set') },
          { value: 'test', label: trans.__('test set') }
        ]}
        onChange={split => props.onChange({ split })}
      />
      {props.onRemove ? (
        <Button
          kind="quiet"
          icon="close"
          label={trans.__('Remove %1', label(role))}
          onClick={props.onRemove}
        />
      ) : null}
      {chosen && !chosen.current_version ? (
        <PageLink to={`/datasets/${chosen.id}`}>{trans.__('Publish first')}</PageLink>
      ) : null}
    </fieldset>
  );
}
