import { useState } from 'react';
import type { IImageRead } from '../../client';
import { useApp, usePage } from '../context';
import { Button, PlainHead, TextArea } from '../controls';
import { bytes, count } from '../formats';
import { Icon } from '../Icon';
import { reasonText } from '../messages';
import { DetailPage, Facts, PageFrame } from '../PageFrame';
import { EventsPanel } from '../parts/EventsPanel';
import { LineagePanel } from '../parts/LineagePanel';
import { Refusal } from '../parts/ObjectDialogs';
import { purposeWord, visibilityWord } from '../parts/scopes';
import { useUpkeep } from '../parts/useUpkeep';
import { WorkloadLog } from '../parts/WorkloadLog';
import { presetText } from '../presetWords';
import { EmptyState, ErrorView, Skeleton } from '../states';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { useAction } from '../useAction';
import type { IQuery } from '../useQuery';
import { useQuery } from '../useQuery';

/** A runtime image: what is in it, and how its build went. */
export default function ImagePage(): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { id } = page.params;
  const query: IQuery<IImageRead> = useQuery(
    `image ${id}`,
    signal => client.call('GET /images/{id}', { path: { id }, signal }),
    event => event.object_id === id || event.object_id === query.data?.workload_id
  );
  const image = query.data;
  if (!image) {
    return (
      <PageFrame title={trans.__('Image')} crumbs={[{ label: trans.__('Images'), to: '/images' }]}>
        {query.error ? <ErrorView error={query.error} onRetry={query.reload} /> : <Skeleton />}
      </PageFrame>
    );
  }
  return <Image image={image} refreshing={query.refreshing} reload={query.reload} />;
}

function Image(props: { image: IImageRead; refreshing: boolean; reload: () => void }): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { image } = props;
  const may = (what: string): string | null =>
    image.can.length === 0 || image.can.includes(what) ? null : trans.__('Only its owner can do this');
  const build = useAction(async () => {
    await client.call('POST /images/{id}/build', { path: { id: image.id } });
    props.reload();
  });
  const upkeep = useUpkeep({
    object: image,
    may,
    change: body =>
      client.call('PATCH /images/{id}', { path: { id: image.id }, body, ifMatch: image.revision }),
    remove: () => client.call('DELETE /images/{id}', { path: { id: image.id }, ifMatch: image.revision }),
    list: '/images',
    onChanged: props.reload,
    forGood: {
      verb: trans.__('Delete the image'),
      consequences: [trans.__('Nothing can be run in it any more. An image in use is refused.')]
    }
  });
  const building = image.status === 'building';
  return (
    <>
      <DetailPage
        title={image.name}
        crumbs={[{ label: trans.__('Images'), to: '/images' }]}
        base={`/images/${image.id}`}
        refreshing={props.refreshing}
        status={<StatusPill status={image.status} />}
        facts={
          <>
            <span>{image.purposes.map(one => purposeWord(trans, one)).join(', ')}</span>
            {image.size_bytes !== null ? <span>{bytes(image.size_bytes)}</span> : null}
            <span>{visibilityWord(trans, image.visibility)}</span>
            {image.description ? <span>{presetText(trans, image.description)}</span> : null}
          </>
        }
        actions={
          image.status === 'failed' ? (
            <Button
              kind="primary"
              icon="refresh"
              busy={build.busy}
              blocked={may('write')}
              onClick={build.run}
            >
              {trans.__('Build again')}
            </Button>
          ) : (
            <Button
              kind={image.usable ? 'primary' : 'plain'}
              icon="training"
              blocked={image.usable ? null : trans.__('It is not built yet')}
              onClick={() => page.go('/training-jobs/new')}
            >
              {trans.__('New training job')}
            </Button>
          )
        }
        more={[
          {
            label: trans.__('Build again'),
            run: build.run,
            blocked: building ? trans.__('It is being built') : may('write')
          },
          ...upkeep.menu
        ]}
        code={{
          python: `from aispace.client import AISpaceClient\n\nclient = AISpaceClient()\nimage = client.images.create("${image.name}-2", ${JSON.stringify(image.requirements)}, ${JSON.stringify(image.purposes)})\nclient.images.wait(image.id)\n`,
          shell: `aispace show ${image.id}\naispace logs ${image.id}\n`
        }}
        tabs={[
          {
            id: 'packages',
            label: trans.__('Packages'),
            count: image.packages?.length,
            render: () => <Packages image={image} blocked={may('write')} reload={props.reload} />
          },
          {
            id: 'log',
            label: trans.__('Build log'),
            render: () => (
              <WorkloadLog
                key={image.workload_id}
                workloadId={image.workload_id}
                status={image.status === 'building' ? 'running' : image.status}
                reason={image.reason}
              />
            )
          },
          { id: 'used', label: trans.__('Used by'), render: () => <LineagePanel object={image.id} /> },
          {
            id: 'events',
            label: trans.__('Activity'),
            render: () => (
              <EventsPanel objectIds={[image.id, ...(image.workload_id ? [image.workload_id] : [])]} />
            )
          }
        ]}
      />
      {upkeep.dialog}
    </>
  );
}

function Packages(props: { image: IImageRead; blocked: string | null; reload: () => void }): JSX.Element {
  const { client, trans } = useApp();
  const { image } = props;
  const [text, setText] = useState<string | null>(null);
  const [filter, setFilter] = useState('');
  const save = useAction(
    async () => {
      if (text !== null) {
        await client.call('PATCH /images/{id}', {
          path: { id: image.id },
          body: { requirements: text },
          ifMatch: image.revision
        });
        setText(null);
        props.reload();
      }
    },
    { onError: () => undefined }
  );
  const shown = (image.packages ?? []).filter(one => one.name.toLowerCase().includes(filter.toLowerCase()));
  return (
    <>
      {image.status === 'failed' && image.reason ? (
        <p className="ais-Banner" role="alert">
          <Icon name="cross" className="ais-tone-error" /> {reasonText(trans, image.reason)}
          {image.usable ? ` ${trans.__('What was built before is still used.')}` : ''}
        </p>
      ) : null}
      <Facts
        items={[
          [trans.__('Python'), image.python ?? trans.__("the platform's own")],
          [trans.__('Built'), <Time key="b" value={image.built_at} exact />],
          [trans.__('Size'), image.size_bytes === null ? trans.__('unknown') : bytes(image.size_bytes)],
          [trans.__('Owner'), image.owner.name]
        ]}
      />
      <h2>{trans.__('Requirements')}</h2>
      {text === null ? (
        <>
          <pre className="ais-Command" tabIndex={0} aria-label={trans.__('Requirements')}>
            {image.requirements || trans.__('none')}
          </pre>
          <Button icon="edit" blocked={props.blocked} onClick={() => setText(image.requirements)}>
            {trans.__('Change')}
          </Button>
        </>
      ) : (
        <>
          <TextArea
            label={trans.__('Requirements')}
            code
            rows={8}
            value={text}
            error={save.error?.fields[0]?.message ?? null}
            onChange={setText}
          />
          {save.error && save.error.fields.length === 0 ? <Refusal error={save.error} /> : null}
          <div className="ais-Row">
            <Button kind="primary" busy={save.busy} onClick={save.run}>
              {trans.__('Save and build')}
            </Button>
            <Button onClick={() => setText(null)}>{trans.__('Cancel')}</Button>
          </div>
        </>
      )}
      <h2>{trans.__('Installed packages')}</h2>
      {!image.packages ? (
        <EmptyState
          text={
            image.status === 'building'
              ? trans.__('They are told when it is built.')
              : trans.__('Nothing is installed.')
          }
        />
      ) : (
        <>
          <div className="ais-Table-bar">
            <input
              type="search"
              className="ais-Input"
              aria-label={trans.__('Find a package')}
              placeholder={trans.__('Find a package')}
              value={filter}
              onChange={event => setFilter(event.target.value)}
            />
            <span className="ais-Muted">
              {trans.__('%1 of %2', count(shown.length), count(image.packages.length))}
            </span>
          </div>
          <div className="ais-Scroll" role="region" tabIndex={0} aria-label={trans.__('Installed packages')}>
            <table className="ais-PlainTable">
              <PlainHead columns={[trans.__('Package'), trans.__('Version')]} />
              <tbody>
                {shown.map(one => (
                  <tr key={one.name}>
                    <td className="ais-Code">{one.name}</td>
                    <td className="ais-Code">{one.version}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}
