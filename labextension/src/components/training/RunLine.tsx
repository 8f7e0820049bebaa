import type { IRunRead } from '../../client';
import { PageLink } from '../context';

/** What a run is made of, in one line of links: "digits V0002 · image-classifier V0001". */
export function RunLine(props: { run: IRunRead }): JSX.Element {
  const { run } = props;
  return (
    <span className="ais-RunLine">
      {run.inputs.map((input, index) => (
        <span key={`${input.id} ${input.version} ${input.role} ${input.split}`}>
          {index > 0 ? ' + ' : ''}
          <PageLink to={`/datasets/${input.id}`}>
            {input.name} {input.version}
          </PageLink>
        </span>
      ))}
      {run.inputs.length > 0 ? ' · ' : ''}
      <PageLink to={`/algorithms/${run.algorithm.id}`}>
        {run.algorithm.name} {run.algorithm.version}
      </PageLink>
    </span>
  );
}
