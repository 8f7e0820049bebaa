import { useRef, useState } from 'react';
import type { IJobTemplateRead, IPage } from '../../client';
import { PageLink, useApp, usePage } from '../context';
import { Button } from '../controls';
import { PageFrame } from '../PageFrame';
import { DeleteDialog } from '../parts/ObjectDialogs';
import { scopeFilter } from '../parts/scopes';
import { ResourceTable } from '../ResourceTable';
import { saveText } from '../saveText';
import { EmptyState } from '../states';
import { Time } from '../Time';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';

const FORMS = { training: '/training-jobs/new', evaluation: '/evaluations/new' };

/** Settings of jobs that are kept under a name. */
export default function JobTemplatesPage(): JSX.Element {
  const { client, trans, notify } = useApp();
  const page = usePage();
  const [list, setList] = useState<IQuery<IPage<IJobTemplateRead>> | null>(null);
  const [deleting, setDeleting] = useState<IJobTemplateRead | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const take = useAction(async (chosen: File) => {
    let document: Record<string, unknown>;
    try {
      document = JSON.parse(await chosen.text()) as Record<string, unknown>;
    } catch {
      notify({
        kind: 'error',
        message: trans.__('%1 is no template. Choose a file that was exported here.', chosen.name)
      });
      return;
    }
    const { name, description, kind, settings } = document;
    await client.call('POST /job-templates', { body: { name, description, kind, settings } as never });
    list?.reload();
  });
  const fillWith = (one: IJobTemplateRead): void => page.go(`${FORMS[one.kind]}?template=${one.id}`);
  const mayEdit = (one: IJobTemplateRead): string | null =>
    one.can.includes('write') ? null : trans.__('Only its owner can do this');
  return (
    <PageFrame
      title={trans.__('Job templates')}
      icon="training"
      crumbs={[{ label: trans.__('Training jobs'), to: '/training-jobs' }]}
      actions={
        <>
          <Button icon="upload" busy={take.busy} onClick={() => file.current?.click()}>
            {trans.__('Import from a file')}
          </Button>
          <input
            ref={file}
            type="file"
            hidden
            accept=".json,application/json"
            aria-label={trans.__('File of a template')}
            onChange={event => {
              const chosen = event.target.files?.[0];
              event.target.value = '';
              if (chosen) {
                take.run(chosen);
              }
            }}
          />
        </>
      }
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nfor template in client.templates.list():\n    print(template.name, template.settings)\n',
        shell: 'aispace ls job-templates\n'
      }}
    >
      <div className="ais-Row" role="group" aria-label={trans.__('Which jobs')}>
        <Button onClick={() => page.go('/training-jobs')}>{trans.__('All')}</Button>
        <Button onClick={() => page.go('/training-jobs?active=true')}>
          {trans.__('Running or waiting')}
        </Button>
        <Button pressed onClick={() => undefined}>
          {trans.__('Templates')}
        </Button>
      </div>
      <ResourceTable<IJobTemplateRead>
        name="job templates"
        label={trans.__('Job templates')}
        rowKey={one => one.id}
        load={(query, signal) => client.call('GET /job-templates', { query, signal })}
        live={event => event.code.startsWith('job_template.')}
        onQuery={setList}
        filters={[scopeFilter(trans)]}
        defaultSort="-updated_at"
        href={one => `${FORMS[one.kind]}?template=${one.id}`}
        actions={one => [
          {
            label:
              one.kind === 'training' ? trans.__('Create a training job') : trans.__('Create an evaluation'),
            run: () => fillWith(one)
          },
          {
            label: trans.__('Edit'),
            run: () => page.go(`${FORMS[one.kind]}?edit=${one.id}`),
            blocked: mayEdit(one)
          },
          {
            label: trans.__('Export as a file'),
            run: () =>
              saveText(
                `${one.name}.json`,
                JSON.stringify(
                  { name: one.name, description: one.description, kind: one.kind, settings: one.settings },
                  null,
                  1
                ),
                'application/json'
              )
          },
          {
            label: trans.__('Delete'),
            danger: true,
            run: () => setDeleting(one),
            blocked: mayEdit(one)
          }
        ]}
        columns={[
          {
            id: 'name',
            label: trans.__('Name'),
            width: 'minmax(140px, 2fr)',
            sort: 'name',
            render: one => <PageLink to={`${FORMS[one.kind]}?template=${one.id}`}>{one.name}</PageLink>
          },
          {
            id: 'id',
            label: trans.__('ID'),
            width: '110px',
            render: one => <span className="ais-Code">{one.id}</span>
          },
          {
            id: 'kind',
            label: trans.__('Kind'),
            width: '110px',
            sort: 'kind',
            render: one => (one.kind === 'training' ? trans.__('training job') : trans.__('evaluation'))
          },
          {
            id: 'algorithm',
            label: trans.__('Algorithm or model'),
            width: 'minmax(120px, 1fr)',
            render: one => {
              const part = one.kind === 'training' ? one.algorithm : one.model;
              return part ? `${part.name} ${part.version}` : trans.__('gone');
            }
          },
          {
            id: 'data',
            label: trans.__('Data'),
            width: 'minmax(120px, 1fr)',
            render: one => one.inputs.map(input => `${input.name} ${input.version}`).join(', ')
          },
          {
            id: 'spec',
            label: trans.__('Resources'),
            width: '120px',
            render: one => one.spec?.name ?? trans.__('gone')
          },
          {
            id: 'updated',
            label: trans.__('Updated'),
            width: '110px',
            sort: 'updated_at',
            render: one => <Time value={one.updated_at} />
          }
        ]}
        empty={
          <EmptyState
            icon="training"
            text={trans.__('No template yet. A template keeps the settings of a job for other jobs.')}
          >
            <Button kind="primary" onClick={() => page.go('/training-jobs')}>
              {trans.__('Training jobs')}
            </Button>
          </EmptyState>
        }
      />
      {deleting ? (
        <DeleteDialog
          title={trans.__('Delete %1?', deleting.name)}
          verb={trans.__('Delete')}
          consequences={[trans.__('The template goes for good. Jobs that were made from it stay.')]}
          act={async () => {
            await client.call('DELETE /job-templates/{id}', {
              path: { id: deleting.id },
              ifMatch: deleting.revision
            });
            list?.reload();
          }}
          onClose={() => setDeleting(null)}
        />
      ) : null}
    </PageFrame>
  );
}
