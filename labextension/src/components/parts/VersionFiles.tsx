import type { IFileEntry } from '../../client';
import { useApp } from '../context';
import { PlainHead } from '../controls';
import { bytes, count } from '../formats';
import { EmptyState } from '../states';

/** Files of a version or a run, each with its download. */
export function FileTable(props: {
  label: string;
  files: IFileEntry[];
  total?: number | null;
  href: (path: string) => string;
  empty: string;
}): JSX.Element {
  const { trans } = useApp();
  if (props.files.length === 0) {
    return <EmptyState icon="file" text={props.empty} />;
  }
  return (
    <>
      <table className="ais-PlainTable" aria-label={props.label}>
        <PlainHead columns={[trans.__('Path'), { number: trans.__('Size') }]} />
        <tbody>
          {props.files.map(file => (
            <tr key={file.path}>
              <td>
                <a
                  className="ais-Link ais-Code"
                  href={props.href(file.path)}
                  download={file.path.split('/').pop()}
                >
                  {file.path}
                </a>
              </td>
              <td className="ais-mod-right">{bytes(file.size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {props.total && props.total > props.files.length ? (
        <p className="ais-Muted">
          {trans.__('%1 of %2 files shown.', count(props.files.length), count(props.total))}
        </p>
      ) : null}
    </>
  );
}
