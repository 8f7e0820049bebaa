import type { IDatasetRead, IInspection, INote, ITableOptions, ITablePreview } from '../../client';
import { useApp } from '../context';
import { CheckField, SelectField } from '../controls';
import { count, percent } from '../formats';
import { noteText } from './noteWords';
import { layoutMeaning, layoutWord, splitWord } from './words';

/** How many samples, in the words of what they are. */
export function useSampleCount(dataset: IDatasetRead | undefined): (n: number) => string {
  const { trans } = useApp();
  return n => {
    switch (dataset?.data_type) {
      case 'text':
        return trans._n('%1 text', '%1 texts', n, count(n));
      case 'tabular':
        return trans._n('%1 row', '%1 rows', n, count(n));
      default:
        return trans._n('%1 picture', '%1 pictures', n, count(n));
    }
  };
}

/** The layouts that a dataset takes, and what files of each look like. */
export function Layouts(props: { layouts: string[]; dataType: string }): JSX.Element {
  const { trans } = useApp();
  return (
    <details className="ais-Layouts" open>
      <summary>{trans.__('Layouts that are understood')}</summary>
      <dl>
        {props.layouts.map(layout => (
          <div key={layout}>
            <dt>{layoutWord(trans, layout)}</dt>
            <dd>{layoutMeaning(trans, layout, props.dataType)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** What an import changes or leaves out. */
export function Notes(props: { notes: INote[] }): JSX.Element | null {
  const { trans } = useApp();
  return props.notes.length > 0 ? (
    <ul className="ais-List" aria-label={trans.__('What changes')}>
      {props.notes.map(note => (
        <li key={note.code}>
          <span>{noteText(trans, note)}</span>{' '}
          <span className="ais-Code ais-Muted">{note.examples.slice(0, 3).join(', ')}</span>
        </li>
      ))}
    </ul>
  ) : null;
}

/** Which columns hold what. */
export function TableFields(props: {
  table: ITablePreview;
  dataType: string;
  onChange: (patch: ITableOptions) => void;
}): JSX.Element {
  const { trans } = useApp();
  const { table } = props;
  const columns = table.columns.map(({ name }) => ({ value: name, label: name }));
  return (
    <>
      {props.dataType === 'text' ? (
        <SelectField
          label={trans.__('Column of the texts')}
          value={table.text_column ?? ''}
          onChange={text_column => props.onChange({ text_column })}
          options={columns}
        />
      ) : null}
      <SelectField
        label={trans.__('Column of the labels')}
        value={table.label_column ?? ''}
        onChange={label_column => props.onChange({ label_column })}
        options={[{ value: '', label: trans.__('none: they are given later') }, ...columns]}
      />
      <CheckField
        label={trans.__('The first line names the columns')}
        checked={table.header}
        onChange={header => props.onChange({ header })}
      />
    </>
  );
}

/** The first rows of a table, as they are in the file. */
function Table(props: { table: ITablePreview }): JSX.Element {
  const { trans } = useApp();
  const { table } = props;
  return (
    <div className="ais-Preview-table" tabIndex={0} role="region" aria-label={trans.__('The first rows')}>
      <table>
        <thead>
          <tr>
            {table.columns.map(column => (
              <th key={column.name} scope="col">
                {column.name}
                <small>
                  {column.name === table.label_column
                    ? trans.__('label')
                    : column.name === table.text_column
                      ? trans.__('text')
                      : column.type === 'text'
                        ? trans.__('text')
                        : column.type === 'boolean'
                          ? trans.__('yes or no')
                          : trans.__('number')}
                </small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, 20).map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the files would become: layout, what changes, the first twenty. */
export function Preview(props: { inspection: IInspection; dataset: IDatasetRead | undefined }): JSX.Element {
  const { trans, locale } = useApp();
  const { inspection } = props;
  const samples = useSampleCount(props.dataset);
  return (
    <div className="ais-Preview">
      <p>
        <b>{samples(inspection.count)}</b>
        {inspection.objects ? (
          <>, {trans._n('%1 box', '%1 boxes', inspection.objects, count(inspection.objects))}</>
        ) : null}{' '}
        · {layoutWord(trans, inspection.layout)} (
        {trans.__('%1 sure', percent(inspection.confidence, locale))})
        {inspection.refused > 0
          ? ` · ${trans._n('%1 file will be refused', '%1 files will be refused', inspection.refused)}`
          : ''}
      </p>
      {inspection.annotations_only ? (
        <p>{trans.__('No pictures came: the annotations go to samples that the dataset has already.')}</p>
      ) : null}
      <Notes notes={inspection.notes ?? []} />
      {inspection.problems?.length > 0 ? (
        <details>
          <summary>{trans.__('What would be refused')}</summary>
          <ul className="ais-List">
            {inspection.problems.slice(0, 100).map((file, index) => (
              <li key={index}>
                <span className="ais-Code">
                  {file.path}
                  {file.line ? `:${file.line}` : ''}
                </span>{' '}
                <span>{file.message}</span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {inspection.table ? (
        <Table table={inspection.table} />
      ) : (
        <details open>
          <summary>{trans.__('The first files')}</summary>
          <ul className="ais-List">
            {inspection.preview.slice(0, 20).map(sample => (
              <li key={sample.path}>
                <div className="ais-Code">{sample.path}</div>
                {sample.excerpt ? <div dir="auto">{sample.excerpt}</div> : null}
                <span>{sample.labels.join(', ') || trans.__('no label')}</span>
                {sample.split ? <span className="ais-Muted">{splitWord(trans, sample.split)}</span> : null}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
