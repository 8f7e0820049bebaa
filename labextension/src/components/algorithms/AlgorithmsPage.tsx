import { useState } from 'react';
import type { IAlgorithmRead, IPage } from '../../client';
import { useApp, usePage } from '../context';
import { Button } from '../controls';
import { PageFrame } from '../PageFrame';
import { nameColumn, ownerColumn, updatedColumn, visibilityColumn } from '../parts/columns';
import { NameDialog } from '../parts/ObjectDialogs';
import { CATEGORIES, categoryWord, scopeFilter } from '../parts/scopes';
import { useTrash } from '../parts/useTrash';
import { ResourceTable } from '../ResourceTable';
import { EmptyState } from '../states';
import type { IQuery } from '../useQuery';

/** All algorithms that one may see. */
export default function AlgorithmsPage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<IAlgorithmRead>> | null>(null);
  const trash = useTrash<IAlgorithmRead>(
    ({ id, revision }) => client.call('DELETE /algorithms/{id}', { path: { id }, ifMatch: revision }),
    () => list?.reload()
  );
  const [forking, setForking] = useState<IAlgorithmRead | null>(null);
  const create = (
    <Button kind="primary" icon="add" onClick={() => page.go('/algorithms/new')}>
      {trans.__('New algorithm')}
    </Button>
  );
  return (
    <PageFrame
      title={trans.__('Algorithms')}
      icon="algorithm"
      actions={create}
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nfor algorithm in AISpaceClient().algorithms.list():\n    print(algorithm.name, algorithm.current_version)\n',
        shell: 'aispace ls algorithms\n'
      }}
    >
      <ResourceTable<IAlgorithmRead>
        name="algorithms"
        label={trans.__('Algorithms')}
        rowKey={one => one.id}
        load={(query, signal) => client.call('GET /algorithms', { query, signal })}
        live={event => event.code.startsWith('algorithm.')}
        onQuery={setList}
        filters={[
          scopeFilter(trans),
          {
            id: 'category',
            label: trans.__('For'),
            options: CATEGORIES.map(value => ({ value, label: categoryWord(trans, value) }))
          }
        ]}
        href={one => `/algorithms/${one.id}`}
        actions={one => [
          { label: trans.__('Open'), run: () => page.go(`/algorithms/${one.id}`) },
          { label: trans.__('Train'), run: () => page.go(`/training-jobs/new?algorithm=${one.id}`) },
          { label: trans.__('Fork'), run: () => setForking(one) },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => trash.ask(one),
            blocked:
              one.can.includes('delete') || one.can.length === 0
                ? null
                : trans.__('Only its owner can do this')
          }
        ]}
        columns={[
          nameColumn(trans, '/algorithms'),
          {
            id: 'category',
            label: trans.__('For'),
            width: 'minmax(110px, 1fr)',
            render: one => categoryWord(trans, one.category)
          },
          {
            id: 'framework',
            label: trans.__('Framework'),
            width: 'minmax(90px, 1fr)',
            render: one => one.framework
          },
          {
            id: 'image',
            label: trans.__('Image'),
            width: 'minmax(90px, 1fr)',
            render: one => one.current.image_name ?? ''
          },
          { id: 'current', label: trans.__('Current'), width: '80px', render: one => one.current_version },
          ownerColumn(trans),
          visibilityColumn(trans),
          updatedColumn(trans)
        ]}
        empty={
          <EmptyState
            icon="algorithm"
            text={trans.__('No algorithm yet. An algorithm is code with a run command and parameters.')}
          >
            {create}
          </EmptyState>
        }
      />
      {forking ? <ForkDialog algorithm={forking} onClose={() => setForking(null)} /> : null}
      {trash.dialog}
    </PageFrame>
  );
}

/** A copy of one's own to change. */
export function ForkDialog(props: {
  algorithm: IAlgorithmRead;
  version?: string;
  onClose: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  return (
    <NameDialog
      title={trans.__('Fork %1', props.algorithm.name)}
      verb={trans.__('Fork')}
      name={`${props.algorithm.name}-copy`.slice(0, 50)}
      act={async name => {
        const made = await client.call('POST /algorithms/{id}/fork', {
          path: { id: props.algorithm.id },
          body: { name, ...(props.version ? { version: props.version } : {}) }
        });
        page.go(`/algorithms/${made.id}`);
      }}
      onClose={props.onClose}
    />
  );
}
