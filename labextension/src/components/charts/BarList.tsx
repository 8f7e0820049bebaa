import type { ReactNode } from 'react';

/** Named amounts as bars in a table: each row says its value in words too. */
export function BarList(props: {
  label: string;
  rows: { key: string; name: ReactNode; value: number; text: ReactNode; note?: ReactNode }[];
}): JSX.Element {
  const most = Math.max(...props.rows.map(row => row.value), 0);
  return (
    <table className="ais-Bars" aria-label={props.label}>
      <tbody>
        {props.rows.map(row => (
          <tr key={row.key}>
            <th scope="row">{row.name}</th>
            <td className="ais-Bars-bar">
              <div style={{ width: `${most > 0 ? Math.max(1, (row.value / most) * 100) : 0}%` }} />
            </td>
            <td className="ais-mod-right">{row.text}</td>
            {row.note !== undefined ? <td className="ais-mod-right ais-Muted">{row.note}</td> : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
