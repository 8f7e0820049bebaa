import type { ILineage } from '../client';
import { PageLink, useApp } from './context';
import { Icon } from './Icon';
import type { IconName } from './icons';
import { kindWord } from './kinds';

type INode = ILineage['nodes'][number];

const KINDS: Record<INode['kind'], { icon: IconName; path: string } | null> = {
  dataset: { icon: 'dataset', path: '/datasets' },
  algorithm: { icon: 'algorithm', path: '/algorithms' },
  image: { icon: 'image', path: '/images' },
  training_job: { icon: 'training', path: '/training-jobs' },
  evaluation: { icon: 'training', path: '/evaluations' },
  model: { icon: 'model', path: '/models' },
  service: { icon: 'service', path: '/services' },
  batch_service: { icon: 'service', path: '/batch-services' },
  other: null
};

const WIDTH = 190;
const HEIGHT = 44;
const GAP_X = 60;
const GAP_Y = 14;

function pathOf(node: INode): string | null {
  const kind = KINDS[node.kind];
  return kind && `${kind.path}/${node.object_id}`;
}

/** Columns of nodes by their longest way from a source; cycles are cut. */
export function layers(lineage: ILineage): INode[][] {
  const depth = new Map<string, number>();
  const incoming = new Map<string, string[]>();
  for (const edge of lineage.edges) {
    incoming.set(edge.to, [...(incoming.get(edge.to) ?? []), edge.from]);
  }
  const of = (id: string, seen: Set<string>): number => {
    const known = depth.get(id);
    if (known !== undefined) {
      return known;
    }
    if (seen.has(id)) {
      return 0;
    }
    seen.add(id);
    const value = Math.max(-1, ...(incoming.get(id) ?? []).map(from => of(from, seen))) + 1;
    depth.set(id, value);
    return value;
  };
  const columns: INode[][] = [];
  for (const node of lineage.nodes) {
    const at = of(node.id, new Set());
    (columns[at] ??= []).push(node);
  }
  return columns.filter(Boolean);
}

/** What made what: drawn from left to right, and the same as an indented list. */
export function LineageGraph(props: { lineage: ILineage; focus?: string }): JSX.Element {
  const { trans } = useApp();
  const columns = layers(props.lineage);
  const place = new Map<string, { x: number; y: number }>();
  columns.forEach((column, i) =>
    column.forEach((node, j) => place.set(node.id, { x: i * (WIDTH + GAP_X), y: j * (HEIGHT + GAP_Y) }))
  );
  const width = columns.length * (WIDTH + GAP_X) - GAP_X + 4;
  const height = Math.max(...columns.map(column => column.length), 1) * (HEIGHT + GAP_Y) + 4;
  const nameOf = (node: INode | undefined): string => node?.name ?? trans.__('not shared with you');
  const short = (text: string): string =>
    text.length > 20 ? `${text.slice(0, 12)}…${text.slice(-7)}` : text;
  return (
    <div className="ais-Lineage">
      <div className="ais-Lineage-graph" tabIndex={0} role="region" aria-label={trans.__('Lineage graph')}>
        <svg width={width} height={height} aria-hidden="true">
          {props.lineage.edges.map((edge, index) => {
            const from = place.get(edge.from);
            const to = place.get(edge.to);
            if (!from || !to) {
              return null;
            }
            const x = from.x + WIDTH;
            const y = from.y + HEIGHT / 2;
            const middle = (x + to.x) / 2;
            return (
              <path
                key={index}
                d={`M${x} ${y}C${middle} ${y} ${middle} ${to.y + HEIGHT / 2} ${to.x} ${to.y + HEIGHT / 2}`}
              />
            );
          })}
          {props.lineage.nodes.map(node => {
            const at = place.get(node.id);
            return at ? (
              <g
                key={node.id}
                transform={`translate(${at.x + 1} ${at.y + 1})`}
                data-focus={node.id === props.focus || undefined}
              >
                <rect width={WIDTH} height={HEIGHT} rx="3" />
                <text x="10" y="18">
                  {short(nameOf(node))}
                </text>
                <text x="10" y="34" className="ais-mod-second">
                  {kindWord(trans, node.kind)} {node.version ?? ''}
                </text>
              </g>
            ) : null;
          })}
        </svg>
      </div>
      <ul aria-label={trans.__('Lineage as a list')}>
        {columns.map((column, depth) =>
          column.map(node => {
            const path = node.visible === false || node.exists === false ? null : pathOf(node);
            const to = props.lineage.edges.filter(edge => edge.from === node.id);
            return (
              <li key={node.id} style={{ marginInlineStart: depth * 20 }}>
                <Icon name={KINDS[node.kind]?.icon ?? 'file'} />{' '}
                <span className="ais-Muted">{kindWord(trans, node.kind)}</span>{' '}
                {path ? <PageLink to={path}>{nameOf(node)}</PageLink> : nameOf(node)} {node.version}
                {to.length > 0 ? (
                  <span className="ais-Muted">
                    {' → '}
                    {to.map(edge => nameOf(props.lineage.nodes.find(one => one.id === edge.to))).join(', ')}
                  </span>
                ) : null}
                {node.id === props.focus ? <span className="ais-Tag">{trans.__('this')}</span> : null}
              </li>
            );
          })
        )}
      </ul>
    </div>
  );
}
