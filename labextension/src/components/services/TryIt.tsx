import type { DragEvent } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { IPrediction, ISampleRead, IServiceRead } from '../../client';
import { AISpaceError } from '../../client';
import { CodeBlock } from '../AsCode';
import { BarList } from '../charts/BarList';
import { PageLink, useApp } from '../context';
import { Button, SelectField, TextArea } from '../controls';
import { metric, percent } from '../formats';
import { NAMES } from '../names';
import { Refusal } from '../parts/ObjectDialogs';
import { EmptyState, Loaded } from '../states';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import { callGuide } from './ServiceOverview';

interface IPicture {
  name: string;
  blob: Blob;
  /** What it should be recognised as, where it is known. */
  truth?: string;
}

interface IAnswer {
  prediction: IPrediction;
  of: string;
  /** Whom it was sent to; empty: as the shares say. */
  to: string;
  truth?: string;
}

interface IOnePrediction {
  label?: string;
  score?: number;
  scores?: Record<string, number>;
}

/** The recognised label with all scores, greatest first; null when the answer has another form. */
export function readPrediction(
  outputs: unknown
): { label: string; score: number | null; scores: [string, number][] } | null {
  const first = (outputs as { predictions?: IOnePrediction[] } | null)?.predictions?.[0];
  if (!first || typeof first.label !== 'string') {
    return null;
  }
  return {
    label: first.label,
    score: typeof first.score === 'number' ? first.score : null,
    scores: Object.entries(first.scores ?? {}).sort((a, b) => b[1] - a[1])
  };
}

/** An example request of the Open Inference Protocol for a signature. */
export function exampleOf(service: IServiceRead): string {
  const inputs = service.signature.inputs.map(input => {
    const shape = input.shape.map(one => (one === -1 ? 1 : one));
    const size = shape.reduce((product, one) => product * one, 1);
    return {
      name: input.name,
      datatype: input.datatype,
      shape,
      data: new Array<number>(Math.min(size, 4096)).fill(0)
    };
  });
  return service.signature.infer_path ? JSON.stringify({ inputs }) : '{}';
}

/** Ask a service once: a picture of one's own, a sample of a dataset, or JSON. */
export function TryIt(props: { service: IServiceRead }): JSX.Element {
  const { client, trans } = useApp();
  const { service } = props;
  const files = service.signature.accepts_files;
  const images = service.signature.accepts_images || files;
  const [mode, setMode] = useState<'picture' | 'json'>(images ? 'picture' : 'json');
  const [picture, setPicture] = useState<IPicture | null>(null);
  const [json, setJson] = useState(() => exampleOf(service));
  const [answers, setAnswers] = useState<IAnswer[]>([]);
  const [target, setTarget] = useState('');
  const [over, setOver] = useState(false);
  const [address, setAddress] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (!picture) {
      setAddress(null);
      return;
    }
    const url = URL.createObjectURL(picture.blob);
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [picture]);

  const send = useAction(
    async (one: IPicture | null) => {
      const ask = async (to: string): Promise<IAnswer> => {
        const query = new URLSearchParams({
          ...(to ? { target: to } : {}),
          ...(one && files ? { name: one.name.split('/').pop() ?? one.name } : {})
        }).toString();
        const response = await client.transport(
          `/services/${service.id}/predict${query ? `?${query}` : ''}`,
          {
            method: 'POST',
            headers: {
              'Content-Type': one
                ? one.blob.type || (files ? 'application/octet-stream' : 'image/png')
                : 'application/json',
              Accept: 'application/json'
            },
            body: one ? one.blob : json
          }
        );
        if (!response.ok) {
          throw await AISpaceError.fromResponse(response);
        }
        return {
          prediction: (await response.json()) as IPrediction,
          of: one?.name ?? 'JSON',
          to,
          truth: one?.truth
        };
      };
      setAnswers(await Promise.all((target === 'both' ? ['production', 'canary'] : [target]).map(ask)));
    },
    { onError: () => undefined }
  );
  const take = (one: IPicture): void => {
    setPicture(one);
    send.run(one);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) {
      take({ name: file.name, blob: file });
    }
  };
  if (!service.can.includes('predict')) {
    return (
      <EmptyState
        icon="service"
        text={trans.__('%1 does not serve now. Start it, then try it.', service.name)}
      >
        <PageLink to={`/services/${service.id}`}>{trans.__('Overview')}</PageLink>
      </EmptyState>
    );
  }
  let wrong: string | null = null;
  if (mode === 'json') {
    try {
      JSON.parse(json);
    } catch (reason) {
      wrong = trans.__('Not JSON: %1', (reason as Error).message);
    }
  }
  const labels = answers.map(one => readPrediction(one.prediction.outputs)?.label);
  return (
    <div className="ais-TryIt">
      <section aria-label={trans.__('Input')}>
        {images ? (
          <div className="ais-Row" role="group" aria-label={trans.__('Kind of input')}>
            <Button pressed={mode === 'picture'} onClick={() => setMode('picture')}>
              {files ? trans.__('File') : trans.__('Picture')}
            </Button>
            <Button pressed={mode === 'json'} onClick={() => setMode('json')}>
              {NAMES.json}
            </Button>
          </div>
        ) : null}
        {service.canary && service.can.includes('write') ? (
          <SelectField
            label={trans.__('Send to')}
            value={target}
            options={[
              { value: '', label: trans.__('as the shares say') },
              { value: 'both', label: trans.__('both, side by side') },
              { value: 'production', label: trans.__('production') },
              { value: 'canary', label: trans.__('canary') }
            ]}
            onChange={setTarget}
          />
        ) : null}
        {mode === 'picture' ? (
          <>
            <div
              className="ais-Drop"
              data-over={over || undefined}
              onDragOver={event => {
                event.preventDefault();
                setOver(true);
              }}
              onDragLeave={() => setOver(false)}
              onDrop={onDrop}
            >
              {address && picture?.blob.type.startsWith('image/') ? (
                <img src={address} alt={trans.__('Picture %1', picture.name)} />
              ) : null}
              <span>{files ? trans.__('Drop a file here, or') : trans.__('Drop a picture here, or')}</span>
              <Button icon="upload" onClick={() => input.current?.click()}>
                {trans.__('Choose a file')}
              </Button>
              <input
                ref={input}
                type="file"
                hidden
                aria-label={files ? trans.__('File') : trans.__('Picture')}
                accept={files ? undefined : 'image/png,image/jpeg,image/bmp,image/webp'}
                onChange={event => {
                  const file = event.target.files?.[0];
                  if (file) {
                    take({ name: file.name, blob: file });
                  }
                }}
              />
            </div>
            {picture ? (
              <Button kind="primary" busy={send.busy} onClick={() => send.run(picture)}>
                {trans.__('Send again')}
              </Button>
            ) : null}
            <SampleChoice onTake={take} chosen={picture?.name ?? null} />
          </>
        ) : (
          <>
            <TextArea
              label={trans.__('Request')}
              code
              rows={12}
              value={json}
              error={wrong}
              help={
                service.signature.inputs.length > 0
                  ? trans.__(
                      'Inputs of the model: %1',
                      service.signature.inputs
                        .map(one => `${one.name} ${one.datatype} [${one.shape.join(', ')}]`)
                        .join('; ')
                    )
                  : undefined
              }
              onChange={setJson}
            />
            <Button kind="primary" busy={send.busy} blocked={wrong} onClick={() => send.run(null)}>
              {trans.__('Send')}
            </Button>
          </>
        )}
        <Refusal error={send.error} />
      </section>
      <section aria-label={trans.__('Answer')} aria-live="polite">
        <h2>{trans.__('Answer')}</h2>
        {labels.length === 2 && labels[0] !== undefined && labels[0] !== labels[1] ? (
          <p className="ais-Wrong">{trans.__('They differ: %1 and %2', labels[0], labels[1] ?? '')}</p>
        ) : null}
        {answers.length > 0 ? (
          answers.map(one => <Answer key={one.to} answer={one} />)
        ) : (
          <p className="ais-Muted">{trans.__('Nothing sent yet.')}</p>
        )}
        <details>
          <summary>{trans.__('As code')}</summary>
          <CodeBlock text={callGuide(service).python} label={trans.__('Python')} />
          <CodeBlock text={callGuide(service).curl} label={NAMES.curl} />
          <CodeBlock text={`aispace predict ${service.name} picture.png\n`} label={trans.__('Command')} />
        </details>
      </section>
    </div>
  );
}

/** One answer: the label, the scores, a picture, or whatever came. */
function Answer(props: { answer: IAnswer }): JSX.Element {
  const { trans, locale } = useApp();
  const { answer } = props;
  const { prediction } = answer;
  const read = readPrediction(prediction.outputs);
  const picture = prediction.media_type.startsWith('image/');
  return (
    <div data-answer={answer.to || undefined}>
      {answer.to ? <h3>{answer.to === 'canary' ? trans.__('canary') : trans.__('production')}</h3> : null}
      {read ? (
        <p className="ais-Answer">
          <b>
            <bdi>{read.label}</bdi>
          </b>{' '}
          {read.score === null ? '' : percent(read.score, locale)}
          {answer.truth !== undefined ? (
            <span className={answer.truth === read.label ? 'ais-Muted' : 'ais-Wrong'}>
              {' '}
              {answer.truth === read.label
                ? trans.__('right: its label is %1', answer.truth)
                : trans.__('differs: its label is %1', answer.truth)}
            </span>
          ) : null}
        </p>
      ) : null}
      <p className="ais-Muted">
        {answer.of} · {trans.__('%1 ms', metric(prediction.milliseconds))} ·{' '}
        {trans.__('status %1', prediction.status)}
        {prediction.deployment !== null ? ` · ${trans.__('deployment #%1', prediction.deployment)}` : ''}
      </p>
      {picture && typeof prediction.outputs === 'string' ? (
        <img
          className="ais-AnswerPicture"
          alt={trans.__('Answer')}
          src={`data:${prediction.media_type};base64,${prediction.outputs}`}
        />
      ) : null}
      {read && read.scores.length > 0 ? (
        <BarList
          label={trans.__('Scores')}
          rows={read.scores.slice(0, 10).map(([name, value]) => ({
            key: name,
            name: <bdi>{name}</bdi>,
            value,
            text: percent(value, locale)
          }))}
        />
      ) : null}
      {picture ? null : (
        <details open={read === null || undefined}>
          <summary>{trans.__('Answer as it came')}</summary>
          <pre className="ais-Command" tabIndex={0}>
            {JSON.stringify(prediction.outputs, null, 2).slice(0, 20_000)}
          </pre>
        </details>
      )}
    </div>
  );
}

const SHOWN = 24;

/** Samples of a dataset to try with. */
function SampleChoice(props: { onTake: (picture: IPicture) => void; chosen: string | null }): JSX.Element {
  const { client, trans } = useApp();
  const [dataset, setDataset] = useState('');
  const datasets = useQuery('datasets to try', signal =>
    client.call('GET /datasets', { query: { limit: 100, sort: '-updated_at' }, signal })
  );
  const id = dataset || (datasets.data?.items.find(one => one.counts.total > 0)?.id ?? '');
  const samples = useQuery(id ? `samples to try ${id}` : null, signal =>
    client.call('GET /datasets/{id}/samples', { path: { id }, query: { limit: SHOWN }, signal })
  );
  const fetchOne = useAction(async (sample: ISampleRead) => {
    const response = await client.transport(`/datasets/${id}/samples/${sample.id}/content`, {
      method: 'GET'
    });
    if (!response.ok) {
      throw await AISpaceError.fromResponse(response);
    }
    const [object] = sample.annotation.objects;
    const blob = await response.blob();
    props.onTake({
      name: sample.path,
      blob: blob.type ? blob : new Blob([blob], { type: sample.media_type }),
      ...(object?.label && sample.annotation.objects.length === 1 ? { truth: object.label } : {})
    });
  });
  if (!datasets.data || datasets.data.items.length === 0) {
    return <></>;
  }
  return (
    <>
      <SelectField
        label={trans.__('Or a sample of')}
        value={id}
        options={datasets.data.items.map(one => ({
          value: one.id,
          label: one.name,
          disabled: one.counts.total === 0
        }))}
        onChange={setDataset}
      />
      {id ? (
        <Loaded query={samples} rows={2}>
          {page => (
            <ul className="ais-Thumbs" aria-label={trans.__('Samples')}>
              {page.items.map(sample => (
                <li key={sample.id}>
                  <button
                    type="button"
                    className="ais-Thumb"
                    aria-pressed={props.chosen === sample.path}
                    title={sample.path}
                    aria-label={trans.__('Try with %1', sample.path)}
                    onClick={() => fetchOne.run(sample)}
                  >
                    <img
                      loading="lazy"
                      alt=""
                      src={client.url(
                        '/datasets/{id}/samples/{sample_id}/thumbnail',
                        { id, sample_id: sample.id },
                        { size: 96 }
                      )}
                    />
                    <span>
                      <bdi>{sample.annotation.objects.map(one => one.label).join(', ')}</bdi>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      ) : null}
    </>
  );
}
