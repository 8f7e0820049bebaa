import type { IServingModel, IServingScript } from '../../client';
import { PageLink } from '../context';

/** What answers: the model version, the script, or both. */
export function AnsweredBy(props: {
  of: { model: IServingModel | null; script: IServingScript | null };
}): JSX.Element {
  const { model, script } = props.of;
  return (
    <>
      {model ? (
        <PageLink
          to={`/models/${model.id}?version=${model.version}`}
        >{`${model.name} ${model.version}`}</PageLink>
      ) : null}
      {model && script ? ' · ' : null}
      {script ? (
        <PageLink
          to={`/algorithms/${script.id}?version=${script.version}`}
        >{`${script.name} ${script.version} ${script.file}`}</PageLink>
      ) : null}
    </>
  );
}

/** The same in words. */
export function answeredBy(of: { model: IServingModel | null; script: IServingScript | null }): string {
  return [of.model, of.script]
    .filter(one => one !== null)
    .map(one => `${one.name} ${one.version}`)
    .join(' · ');
}
