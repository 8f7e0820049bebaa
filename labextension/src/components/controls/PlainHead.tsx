/** The head of a plain table: names of columns; those of numbers stand right. */
export function PlainHead(props: { columns: (string | { number: string })[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {props.columns.map(column =>
          typeof column === 'string' ? (
            <th key={column} scope="col">
              {column}
            </th>
          ) : (
            <th key={column.number} scope="col" className="ais-mod-right">
              {column.number}
            </th>
          )
        )}
      </tr>
    </thead>
  );
}
