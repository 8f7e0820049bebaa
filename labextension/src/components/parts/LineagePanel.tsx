import { useApp } from '../context';
import { LineageGraph } from '../LineageGraph';
import { EmptyState, Loaded } from '../states';
import { useQuery } from '../useQuery';

/** What an object (or "id:V0001") came from and what came of it. */
export function LineagePanel(props: { object: string }): JSX.Element {
  const { client, trans } = useApp();
  const query = useQuery(
    `lineage ${props.object}`,
    async signal => {
      const lineage = await client.call('GET /lineage/{object}', { path: { object: props.object }, signal });
      const nodes = lineage.nodes.map(node => ({
        ...node,
        name: node.name ?? trans.__('not shared with you')
      }));
      return { ...lineage, nodes };
    },
    event => /^(model|service|training_job|evaluation)\./.test(event.code)
  );
  return (
    <Loaded query={query} rows={4}>
      {lineage =>
        lineage.nodes.length < 2 ? (
          <EmptyState text={trans.__('Nothing is known of where this came from or what uses it.')} />
        ) : (
          <LineageGraph
            lineage={lineage}
            focus={lineage.nodes.some(node => node.id === props.object) ? props.object : undefined}
          />
        )
      }
    </Loaded>
  );
}
