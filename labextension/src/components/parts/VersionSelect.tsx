import { useApp, usePage } from '../context';

/** Which version a page shows; the current one needs no word in its address. */
export function VersionSelect(props: {
  shown: string;
  current: string | null;
  /** All there are; none before they are known. */
  versions: { version: string }[] | undefined;
}): JSX.Element {
  const { trans } = useApp();
  const page = usePage();
  const { shown, current } = props;
  return (
    <select
      className="ais-Input ais-mod-filter"
      aria-label={trans.__('Version')}
      value={shown}
      onChange={event =>
        page.setQuery({ version: event.target.value === current ? null : event.target.value })
      }
    >
      {(props.versions?.length ? props.versions : [{ version: shown }]).map(({ version }) => (
        <option key={version} value={version}>
          {version === current ? trans.__('%1 (current)', version) : version}
        </option>
      ))}
    </select>
  );
}
