import { useState } from 'react';
import type { IModelRead, IPage } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { bytes, count, metric } from '../formats';
import { namesOf } from '../kinds';
import { PageFrame } from '../PageFrame';
import { nameColumn, updatedColumn, visibilityColumn } from '../parts/columns';
import { categoryWord, scopeFilter } from '../parts/scopes';
import { useTrash } from '../parts/useTrash';
import { ResourceTable } from '../ResourceTable';
import { saveFrom } from '../saveText';
import { EmptyState } from '../states';
import type { IQuery } from '../useQuery';

/** The most telling number of a model: its accuracy, else the first there is. */
export function headline(metrics: Record<string, number>): string {
  const names = Object.keys(metrics);
  const name = names.find(one => /accuracy|(^|_)acc($|_)/i.test(one)) ?? names.sort()[0];
  return name ? `${name} ${metric(metrics[name])}` : '';
}

/** All models that one may see. */
export default function ModelsPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<IModelRead>> | null>(null);
  const trash = useTrash<IModelRead>(
    ({ id, revision }) => client.call('DELETE /models/{id}', { path: { id }, ifMatch: revision }),
    () => list?.reload()
  );
  const create = (
    <Button kind="primary" icon="add" onClick={() => page.go('/models/new')}>
      {trans.__('New model')}
    </Button>
  );
  return (
    <PageFrame
      title={trans.__('Models')}
      icon="model"
      actions={create}
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor model in AISpaceClient().models.list():\n    print(model.name, model.current_version)\n',
        shell: 'aispace ls models\n'
      }}
    >
      <ResourceTable<IModelRead>
        name="models"
        label={trans.__('Models')}
        rowKey={model => model.id}
        load={(query, signal) => client.call('GET /models', { query, signal })}
        live={event => event.code.startsWith('model.')}
        onQuery={setList}
        filters={[scopeFilter(trans)]}
        defaultSort="-updated_at"
        href={model => `/models/${model.id}`}
        actions={model => [
          { label: trans.__('Open'), run: () => page.go(`/models/${model.id}`) },
          {
            label: trans.__('Deploy'),
            run: () => page.go(`/services/new?model=${model.id}:${model.current_version}`),
            blocked: model.current_version ? null : trans.__('It has no version yet')
          },
          {
            label: trans.__('Evaluate'),
            run: () => page.go(`/evaluations/new?model=${model.id}:${model.current_version}`),
            blocked: model.current_version ? null : trans.__('It has no version yet')
          },
          {
            label: trans.__('Train on from it'),
            run: () => page.go(`/training-jobs/new?model=${model.id}:${model.current_version}`),
            blocked: model.current_version ? null : trans.__('It has no version yet')
          },
          {
            label: trans.__('Download'),
            run: () =>
              saveFrom(
                client.url('/models/{id}/versions/{version}/download', {
                  id: model.id,
                  version: model.current_version ?? ''
                })
              ),
            blocked: model.current_version ? null : trans.__('It has no version yet')
          },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => trash.ask(model),
            blocked:
              model.used_by.length > 0
                ? trans.__('Used by %1', namesOf(trans, model.used_by))
                : model.can.length === 0 || model.can.includes('delete')
                  ? null
                  : trans.__('Only its owner can do this')
          }
        ]}
        columns={[
          nameColumn(trans, '/models'),
          {
            id: 'category',
            label: trans.__('For'),
            width: 'minmax(100px, 1fr)',
            render: model => categoryWord(trans, model.category)
          },
          {
            id: 'format',
            label: trans.__('Format'),
            width: '100px',
            render: model => [model.framework, model.format].filter(Boolean).join(' · ')
          },
          {
            id: 'current',
            label: trans.__('Current'),
            width: '80px',
            render: model => model.current_version ?? trans.__('none')
          },
          {
            id: 'versions',
            label: trans.__('Versions'),
            width: '70px',
            align: 'right',
            render: model => count(model.version_count)
          },
          {
            id: 'metric',
            label: trans.__('Metric'),
            width: 'minmax(90px, 1fr)',
            render: model => headline(model.metrics)
          },
          {
            id: 'size',
            label: trans.__('Size'),
            width: '80px',
            align: 'right',
            render: model => bytes(model.size_bytes)
          },
          visibilityColumn(trans),
          updatedColumn(trans)
        ]}
        empty={
          <EmptyState
            icon="model"
            text={trans.__('No model yet. A training run can be saved as one, or upload one.')}
          >
            {create}
            <Button onClick={() => page.go('/training-jobs/new')}>{trans.__('New training job')}</Button>
          </EmptyState>
        }
      />
      {trash.dialog}
    </PageFrame>
  );
}
