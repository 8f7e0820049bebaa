import { useState } from 'react';
import type { IJobTemplateRead, Schemas } from '../../client';
import { useApp } from '../context';
import { CheckField, SelectField, TextField } from '../controls';
import { useAction } from '../useAction';
import { useQuery } from '../useQuery';
import type { IFormValues } from './request';

type Notice = Schemas['RunSettings']['notify'][number];

/** One click fills the form with the settings of a template. */
export function TemplateField(props: {
  kind: IJobTemplateRead['kind'];
  onChoose: (template: IJobTemplateRead) => void;
}): JSX.Element | null {
  const { client, trans } = useApp();
  const [chosen, setChosen] = useState('');
  const templates = useQuery(`templates of ${props.kind}`, signal =>
    client.call('GET /job-templates', { query: { kind: props.kind, limit: 200, sort: 'name' }, signal })
  );
  const load = useAction(async (id: string) => {
    props.onChoose(await client.call('GET /job-templates/{id}', { path: { id } }));
  });
  const items = templates.data?.items ?? [];
  return items.length === 0 ? null : (
    <SelectField
      label={trans.__('Fill from a template')}
      name="template"
      value={chosen}
      options={[
        { value: '', label: trans.__('none') },
        ...items.map(one => ({ value: one.id, label: one.name }))
      ]}
      onChange={id => {
        setChosen(id);
        if (id) {
          load.run(id);
        }
      }}
    />
  );
}

/** On what one is told, and whether the settings are kept for other jobs. */
export function KeepFields(props: {
  values: IFormValues;
  set: (patch: Partial<IFormValues>) => void;
  /** A new job can be kept as a template too. */
  keep: boolean;
  error: (field: string) => string | null;
}): JSX.Element {
  const { trans } = useApp();
  const { values, set } = props;
  const notices: [Notice, string][] = [
    ['running', trans.__('Tell me when it runs')],
    ['succeeded', trans.__('Tell me when it has succeeded')],
    ['failed', trans.__('Tell me when it has failed')]
  ];
  return (
    <>
      {notices.map(([notice, label]) => (
        <CheckField
          key={notice}
          label={label}
          checked={values.notify.includes(notice)}
          onChange={on =>
            set({
              notify: notices
                .map(([one]) => one)
                .filter(one => (one === notice ? on : values.notify.includes(one)))
            })
          }
        />
      ))}
      {props.keep ? (
        <TextField
          label={trans.__('Keep as a template called')}
          name="keep"
          value={values.keep}
          maxLength={50}
          help={trans.__('Empty: the settings are kept with the job only')}
          error={props.error('template')}
          onChange={keep => set({ keep })}
        />
      ) : null}
    </>
  );
}
