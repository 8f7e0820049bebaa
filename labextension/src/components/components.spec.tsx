import axe from 'axe-core';
import { readFileSync } from 'fs';
import { resolve } from 'path';
import { act } from 'react';
import type { ILineage } from '../client';
import { AISpaceError } from '../client';
import { translatorOf } from '../i18n';
import type { Catalogue } from '../i18n';
import { draw, testFace, until } from '../testing/face';
import { ansiLines } from './ansi';
import { ConfusionMatrix } from './ConfusionMatrix';
import { FormPage, useDraft, useFieldErrors } from './FormPage';
import { TextField } from './controls';
import { ago, bytes, duration, metric, money, percent } from './formats';
import { layers, LineageGraph } from './LineageGraph';
import { PageHost } from './PageHost';
import { PageModel } from './pageModel';
import { QuotaBar } from './QuotaBar';
import { ErrorView } from './states';
import { StatusPill } from './StatusPill';

const chinese = translatorOf(
  JSON.parse(
    readFileSync(
      resolve(__dirname, '../../../server_extension/aispace_server/locale/zh_CN/LC_MESSAGES/aispace.json'),
      'utf8'
    )
  ) as Catalogue
);

async function violations(root: HTMLElement): Promise<string[]> {
  const result = await axe.run(root, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
  });
  return result.violations.map(one => `${one.id}: ${one.nodes[0].html}`);
}

function dataset(n: number): object {
  return {
    id: `ds_${n}`,
    name: `set-${n}`,
    description: '',
    owner: { id: 'usr_1', name: 'li.na' },
    visibility: 'private',
    revision: 3,
    created_at: '2026-11-20T10:00:00.000Z',
    updated_at: '2026-11-20T10:00:00.000Z',
    can: ['write', 'delete'],
    number: n,
    data_type: 'image',
    annotation_type: 'image_classification',
    template: 'single',
    label_group: null,
    status: 'labelling',
    counts: { total: 10, unlabelled: 4, auto: 0, started: 0, labelled: 6, reviewed: 0, rejected: 0, hard: 0 },
    progress: 0.6,
    size_bytes: 2048,
    current_version: null,
    next_version: 'V0001',
    base_version: null,
    unpublished: { added: 10, changed: 0, removed: 0 },
    used_by: []
  };
}

describe('formats', () => {
  it('write sizes, shares, metrics, durations and money as the words page says', () => {
    expect([bytes(0), bytes(1536), bytes(321_000_000)]).toEqual(['0 B', '1.5 KiB', '306 MiB']);
    expect([percent(0.099, 'en'), percent(0.099, 'zh-CN'), percent(1, 'en')]).toEqual([
      '9.9 %',
      '9.9%',
      '100 %'
    ]);
    expect([metric(0.113245), metric(0.000012), metric(NaN)]).toEqual(['0.1132', '1.200e-5', 'NaN']);
    expect(duration(1867)).toBe('00:31:07');
    const now = Date.parse('2026-01-01T12:00:00Z');
    const said = (seconds: number): string =>
      ago(new Date(now + seconds * 1000).toISOString(), translatorOf(null), now);
    expect([said(-7200), said(-180), said(30), said(1790), said(3600), said(7300)]).toEqual([
      '2 h ago',
      '3 min ago',
      'just now',
      'in 30 min',
      'in 60 min',
      'in 2 h'
    ]);
    expect(money(null, translatorOf(null))).toBe('free');
    expect(money({ amount: '2.4', currency: 'CNY' }, translatorOf(null))).toBe('¥2.40');
  });

  it('a log keeps colours, drops other escapes and rewrites after a carriage return', () => {
    const lines = ansiLines('\u001b[31mred\u001b[0m plain\n10%\r55%\r100%\nend\u001b[2J\n');
    expect(lines.map(line => line.plain)).toEqual(['red plain', '100%', 'end']);
    expect(lines[0].parts[0]).toEqual({ text: 'red', className: 'ansi-red-fg' });
  });
});

describe('the list of datasets', () => {
  it('asks the server for the page its path names, and goes on with the path', async () => {
    const face = testFace(request =>
      request.path.startsWith('/datasets')
        ? {
            body: {
              items: Array.from({ length: 50 }, (_, n) => dataset(n)),
              page: { limit: 50, offset: 50, total: 120, next: 100 }
            }
          }
        : undefined
    );
    const model = new PageModel('/datasets?offset=50&q=set&status=labelling');
    const page = await draw(<PageHost app={face.app} model={model} />);
    await until(() => page.root.querySelectorAll('[role=row]').length === 51, 'the rows');
    const asked = new URLSearchParams(face.requests[0].path.split('?')[1]);
    expect(Object.fromEntries(asked)).toEqual({
      q: 'set',
      status: 'labelling',
      sort: '-updated_at',
      limit: '50',
      offset: '50'
    });
    expect(page.root.textContent).toContain('51-100 of 120');
    expect(page.root.querySelector('[role=grid]')?.getAttribute('aria-rowcount')).toBe('121');
    const next = page.root.querySelector<HTMLButtonElement>('[aria-label="Next page"]')!;
    await act(async () => next.click());
    expect(model.path).toContain('offset=100');
    expect(model.canBack).toBe(false);
    expect(await violations(page.root)).toEqual([]);
    await page.end();
    // axe looks at 50 rows, which takes long on a busy machine.
  }, 60_000);

  it('tells none yet, none match and failed apart', async () => {
    const empty = { items: [], page: { limit: 50, offset: 0, total: 0, next: null } };
    const none = testFace(() => ({ body: empty }));
    const first = await draw(<PageHost app={none.app} model={new PageModel('/datasets')} />);
    await until(() => first.root.textContent?.includes('No dataset yet') ?? false, 'the empty state');
    await first.end();

    const filtered = await draw(<PageHost app={none.app} model={new PageModel('/datasets?q=x')} />);
    await until(() => filtered.root.textContent?.includes('Nothing matches') ?? false, 'the filtered state');
    expect(filtered.root.textContent).toContain('Clear filters');
    await filtered.end();

    const broken = testFace(() => ({
      status: 500,
      body: { error: { code: 'internal', message: 'Something broke here.', request_id: 'req-7' } }
    }));
    const failed = await draw(<PageHost app={broken.app} model={new PageModel('/datasets')} />);
    await until(() => failed.root.querySelector('[role=alert]') !== null, 'the error');
    expect(failed.root.textContent).toContain('req-7');
    expect(failed.root.textContent).not.toContain('No dataset yet');
    await failed.end();
  });

  it('is Chinese for a Chinese reader', async () => {
    const face = testFace(
      () => ({ body: { items: [dataset(1)], page: { limit: 50, offset: 0, total: 1, next: null } } }),
      chinese
    );
    const page = await draw(<PageHost app={face.app} model={new PageModel('/datasets')} />);
    await until(() => page.root.querySelectorAll('[role=row]').length === 2, 'the row');
    const words = page.root.textContent?.replace(/set-1|KiB|h ago/g, '') ?? '';
    expect(words).toContain('新建数据集');
    expect(words.replace(/2026-[\d -:]+/g, '')).not.toMatch(/[A-Za-z]{3,}/);
    await page.end();
  });

  it('an address without a page says so', async () => {
    const face = testFace(() => undefined);
    const page = await draw(<PageHost app={face.app} model={new PageModel('/no/such/page')} />);
    expect(page.root.textContent).toContain('There is no page at this address');
    await page.end();
  });
});

function Form(props: { onSubmit: () => void; error: AISpaceError | null }): JSX.Element {
  const draft = useDraft('form', { name: '' });
  const wrong = useFieldErrors(props.error);
  return (
    <FormPage label="f" verb="Go" onSubmit={props.onSubmit} error={props.error} savedAt={draft.savedAt}>
      <TextField
        label="Name"
        value={draft.values.name}
        error={wrong('name')}
        onChange={name => draft.set({ name })}
      />
    </FormPage>
  );
}

async function type(input: HTMLInputElement, value: string): Promise<void> {
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

describe('a form', () => {
  it('keeps what is typed in this browser until it is sent', async () => {
    const face = testFace(() => undefined);
    const first = await draw(<Form onSubmit={() => undefined} error={null} />, face.app);
    await type(first.root.querySelector('input')!, 'digits');
    await until(() => first.root.textContent?.includes('Draft kept') ?? false, 'the draft');
    await first.end();
    const second = await draw(<Form onSubmit={() => undefined} error={null} />, face.app);
    await until(() => second.root.querySelector('input')?.value === 'digits', 'the typed name');
    await second.end();
  });

  it('shows a refusal at its field and puts the focus there', async () => {
    const face = testFace(() => undefined);
    const error = new AISpaceError(409, {
      code: 'name_taken',
      message: 'Taken.',
      details: {
        fields: [{ field: 'name', message: 'Taken.', code: 'name_taken' }],
        params: { name: 'digits' }
      }
    });
    const form = await draw(<Form onSubmit={() => undefined} error={error} />, face.app);
    const input = form.root.querySelector('input')!;
    expect(input.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(input);
    expect(document.getElementById(input.getAttribute('aria-describedby')!)?.textContent).toContain(
      'Choose another name'
    );
    expect(await violations(form.root)).toEqual([]);
    await form.end();
  });
});

describe('small blocks', () => {
  it('say states and refusals in words, and have no accessibility violation', async () => {
    const face = testFace(() => undefined, chinese);
    const refused = new AISpaceError(409, {
      code: 'in_use',
      message: 'English.',
      details: { params: { used_by: [{ kind: 'model', name: 'm1' }] } },
      request_id: 'r9'
    });
    const blocks = await draw(
      <main>
        <h1>x</h1>
        <StatusPill status="failed" />
        <ErrorView error={refused} onRetry={() => undefined} />
        <QuotaBar resource="GPU" used={3} asked={2} limit={4} />
        <ConfusionMatrix
          labels={['a', 'b']}
          matrix={[
            [8, 2],
            [0, 10]
          ]}
          onCell={() => undefined}
        />
      </main>,
      face.app
    );
    expect(blocks.root.textContent).toContain('运行失败');
    expect(blocks.root.textContent).toContain('它正被m1使用');
    expect(blocks.root.textContent).toContain('超出1');
    expect(blocks.root.querySelector('[aria-label="a误认为b：2"]')).not.toBeNull();
    expect(await violations(blocks.root)).toEqual([]);
    await blocks.end();
  });

  it('lineage puts what is made right of what it is made of', () => {
    const node = (id: string): ILineage['nodes'][number] => ({
      id,
      object_id: id,
      kind: 'dataset',
      name: id,
      version: null,
      visible: true,
      exists: true
    });
    const lineage: ILineage = {
      root: 'model',
      truncated: false,
      nodes: [node('model'), node('data'), node('run'), node('code')],
      edges: [
        { from: 'data', to: 'run', relation: 'training_data' },
        { from: 'code', to: 'run', relation: 'code' },
        { from: 'run', to: 'model', relation: 'saved' }
      ]
    };
    expect(layers(lineage).map(column => column.map(one => one.id))).toEqual([
      ['data', 'code'],
      ['run'],
      ['model']
    ]);
    expect(LineageGraph).toBeInstanceOf(Function);
  });
});
