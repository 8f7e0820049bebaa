import { useTrans } from './context';
import { ago, dateTime, zone } from './formats';

/** A moment: relative under a day, with the exact one and its zone in the tooltip. */
export function Time(props: { value: string | null | undefined; exact?: boolean }): JSX.Element {
  const trans = useTrans();
  if (!props.value) {
    return <span className="ais-Muted">{trans.__('never')}</span>;
  }
  return (
    <time dateTime={props.value} title={`${dateTime(props.value)} (${zone()})`} className="ais-Time">
      {props.exact ? dateTime(props.value) : ago(props.value, trans)}
    </time>
  );
}
