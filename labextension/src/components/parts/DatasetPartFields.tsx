import type { Split } from '../../client';
import { useApp } from '../context';
import { SelectField } from '../controls';
import { useQuery } from '../useQuery';

/** A part of a dataset version, as a form holds it; empty is not chosen, and all samples. */
export interface IDatasetPart {
  dataset_id: string;
  dataset_version: string;
  split: Split | '';
}

/** Which dataset, which of its versions, which part of that. */
export function DatasetPartFields(props: {
  values: IDatasetPart;
  set: (patch: Partial<IDatasetPart>) => void;
  /** Of `dataset_id`, `version` and `split`. */
  error: (field: string) => string | null;
}): JSX.Element {
  const { client, trans } = useApp();
  const { values, set, error } = props;
  const datasets = useQuery('datasets to choose', signal =>
    client.call('GET /datasets', { query: { limit: 200, sort: '-updated_at' }, signal })
  );
  const versions = useQuery(values.dataset_id ? `dataset versions ${values.dataset_id}` : null, signal =>
    client
      .call('GET /datasets/{id}/versions', {
        path: { id: values.dataset_id },
        query: { limit: 200 },
        signal
      })
      .then(answer => answer.items)
  );
  return (
    <div className="ais-Fields">
      <SelectField
        label={trans.__('Dataset')}
        required
        value={values.dataset_id}
        error={error('dataset_id')}
        options={[
          ...(values.dataset_id ? [] : [{ value: '', label: trans.__('choose') }]),
          ...(datasets.data?.items ?? []).map(one => ({
            value: one.id,
            label: one.current_version ? one.name : trans.__('%1 (publish it first)', one.name),
            disabled: !one.current_version
          }))
        ]}
        onChange={dataset_id =>
          set({
            dataset_id,
            dataset_version: datasets.data?.items.find(one => one.id === dataset_id)?.current_version ?? ''
          })
        }
      />
      <SelectField
        label={trans.__('Version')}
        value={values.dataset_version}
        error={error('version')}
        options={(versions.data ?? []).map(one => ({ value: one.version, label: one.version }))}
        onChange={dataset_version => set({ dataset_version })}
      />
      <SelectField
        label={trans.__('Part')}
        value={values.split}
        error={error('split')}
        options={[
          { value: '', label: trans.__('all samples') },
          { value: 'training', label: trans.__('training set') },
          { value: 'validation', label: trans.__('validation set') },
          { value: 'test', label: trans.__('test set') }
        ]}
        onChange={split => set({ split })}
      />
    </div>
  );
}
