import { useState } from 'react';
import type { ISpecRead, Purpose } from '../client';
import { useApp, usePage } from '../components/context';
import { CheckField, TextField } from '../components/controls';
import { FormPage, Section, useFieldErrors } from '../components/FormPage';
import { NAMES } from '../components/names';
import { PageFrame } from '../components/PageFrame';
import { purposeWord } from '../components/parts/scopes';
import { ErrorView, Skeleton } from '../components/states';
import { useAction } from '../components/useAction';
import { useQuery } from '../components/useQuery';

const PURPOSES: Purpose[] = ['notebook', 'training', 'serving', 'evaluation'];
const GIB = 2 ** 30;

/** A new resource spec, or the changes of one. */
export default function SpecFormPage(): JSX.Element {
  const { client, trans } = useApp();
  const { id } = usePage().params;
  const spec = useQuery(id ? `spec ${id}` : null, signal =>
    client.call('GET /specs/{id}', { path: { id }, signal })
  );
  return (
    <PageFrame
      title={id ? (spec.data?.name ?? trans.__('Resource spec')) : trans.__('New resource spec')}
      crumbs={[{ label: trans.__('Resource specs'), to: '/admin/resources/specs' }]}
    >
      {id && spec.error ? (
        <ErrorView error={spec.error} onRetry={spec.reload} />
      ) : id && !spec.data ? (
        <Skeleton />
      ) : (
        <SpecForm spec={spec.data ?? null} />
      )}
    </PageFrame>
  );
}

function SpecForm(props: { spec: ISpecRead | null }): JSX.Element {
  const { client, trans } = useApp();
  const page = usePage();
  const { spec } = props;
  const [name, setName] = useState(spec?.name ?? '');
  const [cpu, setCpu] = useState(String(spec?.cpu ?? 1));
  const [memory, setMemory] = useState(spec ? String(spec.memory_bytes / GIB) : '2');
  const [resource, setResource] = useState(spec?.accelerator?.resource ?? '');
  const [cards, setCards] = useState(String(spec?.accelerator?.count ?? 1));
  const [product, setProduct] = useState(spec?.accelerator?.product ?? '');
  const [purposes, setPurposes] = useState<Purpose[]>(
    spec?.purposes ?? ['training', 'serving', 'evaluation']
  );
  const [price, setPrice] = useState(spec?.price_per_hour ? String(Number(spec.price_per_hour.amount)) : '');
  const [enabled, setEnabled] = useState(spec?.enabled ?? true);
  const save = useAction(
    async () => {
      const body = {
        name: name.trim(),
        cpu: Number(cpu),
        memory_bytes: Math.round(Number(memory) * GIB),
        accelerator: resource.trim()
          ? { resource: resource.trim(), count: Number(cards), product: product.trim() || null }
          : null,
        purposes,
        price_per_hour: price.trim() === '' ? null : price.trim(),
        enabled
      };
      await (spec
        ? client.call('PATCH /specs/{id}', { path: { id: spec.id }, body, ifMatch: spec.revision })
        : client.call('POST /specs', { body }));
      page.go('/admin/resources/specs', { replace: true });
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(save.error);
  return (
    <FormPage
      label={trans.__('Resource spec')}
      verb={spec ? trans.__('Save') : trans.__('Add resource spec')}
      busy={save.busy}
      blocked={
        !name.trim()
          ? trans.__('A name is needed')
          : purposes.length === 0
            ? trans.__('Choose what it is for')
            : null
      }
      error={save.error}
      onSubmit={save.run}
      summary={<p className="ais-Muted">{trans.__('A new price holds from now on, also for what runs.')}</p>}
    >
      <Section title={trans.__('What')}>
        <TextField
          label={trans.__('Name')}
          required
          maxLength={64}
          value={name}
          error={field('name')}
          onChange={setName}
        />
        <div className="ais-Fields">
          <TextField label={trans.__('CPU cores')} value={cpu} error={field('cpu')} onChange={setCpu} />
          <TextField
            label={trans.__('Memory (GiB)')}
            value={memory}
            error={field('memory_bytes')}
            onChange={setMemory}
          />
        </div>
        <fieldset className="ais-Group">
          <legend>{trans.__('For')}</legend>
          {PURPOSES.map(one => (
            <CheckField
              key={one}
              label={purposeWord(trans, one)}
              checked={purposes.includes(one)}
              onChange={checked =>
                setPurposes(checked ? [...purposes, one] : purposes.filter(other => other !== one))
              }
            />
          ))}
        </fieldset>
      </Section>
      <Section title={trans.__('Accelerator')}>
        <div className="ais-Fields">
          <TextField
            label={trans.__('Resource')}
            value={resource}
            placeholder={NAMES.nvidia}
            help={trans.__('Empty: none')}
            error={field('accelerator.resource') ?? field('accelerator')}
            onChange={setResource}
          />
          <TextField
            label={trans.__('Cards')}
            value={cards}
            error={field('accelerator.count')}
            onChange={setCards}
          />
          <TextField
            label={trans.__('Product')}
            value={product}
            error={field('accelerator.product')}
            onChange={setProduct}
          />
        </div>
      </Section>
      <Section title={trans.__('Money')}>
        <TextField
          label={trans.__('Price per hour')}
          value={price}
          help={trans.__('Empty: free')}
          error={field('price_per_hour')}
          onChange={setPrice}
        />
        <CheckField label={trans.__('Can be chosen')} checked={enabled} onChange={setEnabled} />
      </Section>
    </FormPage>
  );
}
