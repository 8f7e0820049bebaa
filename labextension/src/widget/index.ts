/**
 * The annotator as an anywidget: the same drawing code as the page, in a notebook's output.
 *
 * Traits: `dataset_id`; `filter` (the query of the samples, an object); `api_url` ("" is the server of the page); `through_kernel`
 * (calls go as messages to the kernel where the browser can't reach the server); `auto_advance`; `read_only`; `height` (px); `catalogue` (the
 * Chinese catalogue, or an empty object). Written back: `sample_id`, `total`, `position`.
 * Messages to the kernel: {op: "call", id, method, path, headers, body}; answer: {op: "answer", id, status, body} and the bytes as buffer 0.
 */
import type { AnyModel } from '@anywidget/types';
import { AnnotatorView, Session, taskOf } from '../annotator';
import type { IAnnotatorOptions } from '../annotator';
import { AISpaceClient } from '../client';
import type { ISampleFilter } from '../client';
import type { Transport } from '../client/call';
import { labelColour } from '../components/datasets/labelColour';
import { sampleSource } from '../components/datasets/sampleSource';
import { statusWord } from '../components/status';
import type { Catalogue } from '../i18n';
import { english, translatorOf } from '../i18n';

interface ITraits {
  [name: string]: unknown;
  dataset_id: string;
  filter: ISampleFilter;
  api_url: string;
  through_kernel: boolean;
  auto_advance: boolean;
  read_only: boolean;
  height: number;
  catalogue: Catalogue;
  sample_id: string;
  total: number;
  position: number;
}

function cookie(name: string): string {
  const found = new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie);
  return found ? decodeURIComponent(found[1]) : '';
}

/** The interface of the server that this page came from. */
function pageApi(): { url: string; token: string } {
  let config: { baseUrl?: string; token?: string } = {};
  try {
    config = JSON.parse(document.getElementById('jupyter-config-data')?.textContent ?? '{}') as typeof config;
  } catch {
    config = {};
  }
  return { url: `${(config.baseUrl ?? '/').replace(/\/$/, '')}/aispace/api/v1`, token: config.token ?? '' };
}

/** Calls over HTTP, as the page itself makes them. */
function direct(url: string, token: string): Transport {
  return (path, init) => {
    const xsrf = cookie('_xsrf');
    return fetch(url + path, {
      credentials: 'same-origin',
      ...init,
      headers: {
        ...(init.headers as Record<string, string>),
        ...(xsrf ? { 'X-XSRFToken': xsrf } : {}),
        ...(token ? { Authorization: `token ${token}` } : {})
      }
    });
  };
}

interface IKernelAnswer {
  op: string;
  id: number;
  status: number;
  body: string | null;
  media_type?: string;
}

/** Calls as messages: the kernel makes them with its own token. */
class KernelTransport {
  constructor(private readonly model: AnyModel<ITraits>) {
    model.on('msg:custom', this.onMessage);
  }

  readonly call: Transport = (path, init) => {
    const id = ++this.last;
    this.model.send({
      op: 'call',
      id,
      method: init.method ?? 'GET',
      path,
      headers: init.headers ?? {},
      body: typeof init.body === 'string' ? init.body : null
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error('the kernel did not answer'));
      }, 30_000);
      this.waiting.set(id, response => {
        clearTimeout(timer);
        resolve(response);
      });
    });
  };

  dispose(): void {
    this.model.off('msg:custom', this.onMessage);
    this.waiting.clear();
  }

  private readonly onMessage = (message: IKernelAnswer, buffers: DataView[] = []): void => {
    const answer = message.op === 'answer' ? this.waiting.get(message.id) : undefined;
    if (answer) {
      this.waiting.delete(message.id);
      const bytes = buffers[0];
      const body: BodyInit | null = bytes
        ? new Uint8Array(
            bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
          )
        : message.status === 204
          ? null
          : message.body;
      answer(
        new Response(body, {
          status: message.status,
          headers: message.media_type ? { 'Content-Type': message.media_type } : {}
        })
      );
    }
  };

  private readonly waiting = new Map<number, (response: Response) => void>();
  private last = 0;
}

function render({ model, el }: { model: AnyModel<ITraits>; el: HTMLElement }): () => void {
  const chinese = document.documentElement.lang.toLowerCase().startsWith('zh');
  const trans = chinese ? translatorOf(model.get('catalogue')) : english;
  const page = pageApi();
  const url = model.get('api_url') || page.url;
  const kernel = model.get('through_kernel') ? new KernelTransport(model) : null;
  const client = new AISpaceClient({
    apiUrl: url,
    transport: kernel?.call ?? direct(url, model.get('api_url') ? '' : page.token),
    connect: () => {
      throw new Error('the annotator listens to nothing');
    }
  });
  const root = document.createElement('div');
  root.className = 'ais-Annotator jp-ThemedContainer';
  root.style.height = `${model.get('height') || 520}px`;
  el.append(root);
  const words = document.createElement('p');
  words.setAttribute('role', 'status');
  words.textContent = trans.__('Loading');
  root.append(words);

  let end: (() => void) | null = null;
  let alive = true;
  const id = model.get('dataset_id');
  client.call('GET /datasets/{id}', { path: { id } }).then(
    dataset => {
      if (!alive) {
        return;
      }
      words.remove();
      const task = taskOf(dataset);
      const source = sampleSource(client, id, model.get('filter') ?? {}, 'number');
      const urls = new Map<string, string>();
      const session = new Session(
        source,
        {
          dataType: dataset.data_type as IAnnotatorOptions['dataType'],
          task,
          labels: dataset.label_group?.labels ?? [],
          readOnly: Boolean(model.get('read_only')) || !dataset.can.includes('write'),
          autoAdvance: task === 'single' && model.get('auto_advance') !== false,
          scope: id
        },
        { history: client.history, journal: client.journal }
      );
      const view = new AnnotatorView(root, session, {
        trans,
        colour: labelColour,
        stateWord: state => statusWord(trans, state),
        resolvePicture: kernel
          ? async address => {
              const known = urls.get(address);
              if (known) {
                return known;
              }
              const response = await kernel.call(address.slice(url.length), { method: 'GET' });
              const made = URL.createObjectURL(await response.blob());
              urls.set(address, made);
              return made;
            }
          : undefined
      });
      const stop = session.onChange(() => {
        const sample = session.sample?.id ?? '';
        if (model.get('sample_id') !== sample || model.get('total') !== session.total) {
          model.set('sample_id', sample);
          model.set('position', session.position);
          model.set('total', session.total);
          model.save_changes();
        }
      });
      void session.start({ sampleId: model.get('sample_id') || undefined });
      end = () => {
        stop();
        view.dispose();
        session.dispose();
        urls.forEach(one => URL.revokeObjectURL(one));
      };
    },
    (reason: unknown) => {
      words.textContent = reason instanceof Error ? reason.message : String(reason);
    }
  );
  return () => {
    alive = false;
    end?.();
    kernel?.dispose();
    client.dispose();
  };
}

export default { render };
