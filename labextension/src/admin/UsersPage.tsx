import { useState } from 'react';
import type { IPage, IUserRead, Role } from '../client';
import { CodeBlock } from '../components/AsCode';
import { useApp } from '../components/context';
import { Button, ConfirmWithConsequences, Dialog, SelectField, TextField } from '../components/controls';
import { useFieldErrors } from '../components/FormPage';
import { errorText } from '../components/messages';
import { PageFrame } from '../components/PageFrame';
import { ResourceTable } from '../components/ResourceTable';
import { EmptyState } from '../components/states';
import { StatusPill } from '../components/StatusPill';
import { Time } from '../components/Time';
import { useAction } from '../components/useAction';
import type { IQuery } from '../components/useQuery';

/** All accounts. */
export default function UsersPage(): JSX.Element {
  const { client, trans, notify } = useApp();
  const [list, setList] = useState<IQuery<IPage<IUserRead>> | null>(null);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ name: string; password: string } | null>(null);
  const [asking, setAsking] = useState<{ user: IUserRead; what: 'disable' | 'reset' | 'delete' } | null>(
    null
  );
  const roleWord = (role: string): string =>
    role === 'administrator' ? trans.__('administrator') : trans.__('user');

  const change = useAction(async (user: IUserRead, body: { role?: Role; enabled?: boolean }) => {
    await client.call('PATCH /users/{id}', { path: { id: user.id }, body, ifMatch: user.revision });
    list?.reload();
    const back =
      body.role !== undefined
        ? { role: user.role }
        : body.enabled !== undefined
          ? { enabled: user.enabled }
          : null;
    notify({
      message:
        body.role !== undefined
          ? trans.__('%1 is %2 now', user.name, roleWord(body.role))
          : body.enabled
            ? trans.__('%1 is enabled', user.name)
            : trans.__('%1 is disabled', user.name),
      kind: 'success',
      key: user.id,
      action: back
        ? {
            label: trans.__('Undo'),
            run: () => {
              void client
                .call('GET /users/{id}', { path: { id: user.id } })
                .then(now =>
                  client.call('PATCH /users/{id}', {
                    path: { id: user.id },
                    body: back,
                    ifMatch: now.revision
                  })
                )
                .then(() => list?.reload())
                .catch(() => undefined);
            }
          }
        : undefined
    });
  });
  const confirmed = useAction(
    async () => {
      if (!asking) {
        return;
      }
      const { user, what } = asking;
      if (what === 'reset') {
        const made = await client.call('POST /users/{id}/reset-password', { path: { id: user.id } });
        setSecret({ name: user.name, password: made.password });
      } else if (what === 'delete') {
        await client.call('DELETE /users/{id}', { path: { id: user.id }, ifMatch: user.revision });
      } else {
        await client.call('PATCH /users/{id}', {
          path: { id: user.id },
          body: { enabled: false },
          ifMatch: user.revision
        });
      }
      setAsking(null);
      list?.reload();
    },
    { onError: () => undefined }
  );
  return (
    <PageFrame
      title={trans.__('Users')}
      icon="usage"
      actions={
        <Button kind="primary" icon="add" hasPopup="dialog" onClick={() => setAdding(true)}>
          {trans.__('Add user')}
        </Button>
      }
      code={{
        python:
          'from aispace.client import AISpaceClient\n\nmade = AISpaceClient().users.create("li.na")\nprint(made.password)\n',
        shell: 'aispace ls users\n'
      }}
    >
      <ResourceTable<IUserRead>
        name="users"
        label={trans.__('Users')}
        rowKey={user => user.id}
        load={(query, signal) => client.call('GET /users', { query, signal })}
        live={event => event.code.startsWith('user.')}
        onQuery={setList}
        defaultSort="name"
        filters={[
          {
            id: 'role',
            label: trans.__('Role'),
            options: [
              { value: 'administrator', label: trans.__('administrator') },
              { value: 'user', label: trans.__('user') }
            ]
          },
          {
            id: 'enabled',
            label: trans.__('State'),
            options: [
              { value: 'true', label: trans.__('enabled') },
              { value: 'false', label: trans.__('disabled') }
            ]
          }
        ]}
        actions={user => [
          user.role === 'administrator'
            ? { label: trans.__('Make a plain user'), run: () => change.run(user, { role: 'user' }) }
            : {
                label: trans.__('Make administrator'),
                run: () => change.run(user, { role: 'administrator' })
              },
          user.enabled
            ? { label: trans.__('Disable'), run: () => setAsking({ user, what: 'disable' }) }
            : { label: trans.__('Enable'), run: () => change.run(user, { enabled: true }) },
          { label: trans.__('Reset password'), run: () => setAsking({ user, what: 'reset' }) },
          { label: trans.__('Delete'), danger: true, run: () => setAsking({ user, what: 'delete' }) }
        ]}
        columns={[
          {
            id: 'name',
            label: trans.__('User'),
            width: 'minmax(120px, 2fr)',
            sort: 'name',
            render: user => <b>{user.name}</b>
          },
          {
            id: 'display',
            label: trans.__('Display name'),
            width: 'minmax(100px, 2fr)',
            render: user => user.display_name
          },
          {
            id: 'role',
            label: trans.__('Role'),
            width: '150px',
            sort: 'role',
            render: user => (
              <select
                className="ais-Input ais-mod-filter"
                aria-label={trans.__('Role of %1', user.name)}
                value={user.role}
                onChange={event => change.run(user, { role: event.target.value as Role })}
              >
                <option value="user">{trans.__('user')}</option>
                <option value="administrator">{trans.__('administrator')}</option>
              </select>
            )
          },
          {
            id: 'enabled',
            label: trans.__('State'),
            width: '110px',
            sort: 'enabled',
            render: user => <StatusPill status={user.enabled ? 'enabled' : 'disabled'} />
          },
          {
            id: 'uid',
            label: trans.__('System user'),
            width: '90px',
            align: 'right',
            render: user => user.uid ?? trans.__('shared')
          },
          {
            id: 'seen',
            label: trans.__('Last seen'),
            width: '140px',
            sort: 'last_seen_at',
            render: user => <Time value={user.last_seen_at} />
          },
          {
            id: 'created',
            label: trans.__('Created'),
            width: '140px',
            sort: 'created_at',
            render: user => <Time value={user.created_at} />
          }
        ]}
        empty={<EmptyState icon="usage" text={trans.__('No user yet.')} />}
      />
      {adding ? (
        <AddUser
          onAdded={(name, password) => {
            setAdding(false);
            list?.reload();
            if (password) {
              setSecret({ name, password });
            }
          }}
          onClose={() => setAdding(false)}
        />
      ) : null}
      {secret ? (
        <Dialog title={trans.__('Password of %1', secret.name)} onClose={() => setSecret(null)}>
          <p>{trans.__('It is shown only this once. Copy it now.')}</p>
          <CodeBlock text={secret.password} label={trans.__('Password')} />
        </Dialog>
      ) : null}
      {asking ? (
        <ConfirmWithConsequences
          title={
            asking.what === 'reset'
              ? trans.__('Reset the password of %1?', asking.user.name)
              : asking.what === 'delete'
                ? trans.__('Delete %1?', asking.user.name)
                : trans.__('Disable %1?', asking.user.name)
          }
          verb={
            asking.what === 'reset'
              ? trans.__('Reset password')
              : asking.what === 'delete'
                ? trans.__('Delete the account')
                : trans.__('Disable')
          }
          consequences={
            asking.what === 'reset'
              ? [
                  trans.__('The old password and all sessions end at once.'),
                  trans.__('The new one is shown once, to you.')
                ]
              : asking.what === 'delete'
                ? [trans.__('Only an account that owns nothing can be deleted.')]
                : [
                    trans.__('Sign-in, sessions and tokens end at once.'),
                    trans.__('What the user owns stays; enabling brings all of it back.')
                  ]
          }
          error={confirmed.error ? errorText(trans, confirmed.error) : undefined}
          busy={confirmed.busy}
          onAccept={confirmed.run}
          onClose={() => {
            confirmed.clear();
            setAsking(null);
          }}
        />
      ) : null}
    </PageFrame>
  );
}

function AddUser(props: {
  onAdded: (name: string, password: string | null) => void;
  onClose: () => void;
}): JSX.Element {
  const { client, trans } = useApp();
  const [name, setName] = useState('');
  const [display, setDisplay] = useState('');
  const [role, setRole] = useState<Role>('user');
  const [password, setPassword] = useState('');
  const add = useAction(
    async () => {
      const made = await client.call('POST /users', {
        body: { name: name.trim(), role, display_name: display, ...(password ? { password } : {}) }
      });
      props.onAdded(made.name, made.password ?? null);
    },
    { onError: () => undefined }
  );
  const field = useFieldErrors(add.error);
  return (
    <Dialog
      title={trans.__('Add user')}
      verb={trans.__('Add user')}
      busy={add.busy}
      blocked={name.trim() ? null : trans.__('A name is needed')}
      onAccept={add.run}
      onClose={props.onClose}
    >
      <TextField
        label={trans.__('Name to sign in with')}
        required
        autoFocus
        maxLength={32}
        value={name}
        help={trans.__('small letters, digits, ".", "-" and "_"')}
        error={
          field('name') ?? (add.error && add.error.fields.length === 0 ? errorText(trans, add.error) : null)
        }
        onChange={setName}
      />
      <TextField
        label={trans.__('Display name')}
        maxLength={100}
        value={display}
        error={field('display_name')}
        onChange={setDisplay}
      />
      <SelectField
        label={trans.__('Role')}
        value={role}
        options={[
          { value: 'user', label: trans.__('user') },
          { value: 'administrator', label: trans.__('administrator') }
        ]}
        onChange={setRole}
      />
      <TextField
        label={trans.__('Password')}
        type="password"
        value={password}
        help={trans.__('Empty: a random one is made and shown once')}
        error={field('password')}
        onChange={setPassword}
      />
    </Dialog>
  );
}
