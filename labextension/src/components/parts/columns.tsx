import type { Visibility } from '../../client';
import type { ITrans } from '../../i18n';
import { PageLink } from '../context';
import type { IColumn } from '../ResourceTable';
import { StatusPill } from '../StatusPill';
import { Time } from '../Time';
import { visibilityWord } from './scopes';

/** The name, which leads to the page below `base`. */
export function nameColumn(
  trans: ITrans,
  base: string,
  width = 'minmax(140px, 2fr)'
): IColumn<{ id: string; name: string }> {
  return {
    id: 'name',
    label: trans.__('Name'),
    width,
    sort: 'name',
    render: row => <PageLink to={`${base}/${row.id}`}>{row.name}</PageLink>
  };
}

export function statusColumn(trans: ITrans, width = '130px'): IColumn<{ status: string }> {
  return {
    id: 'status',
    label: trans.__('Status'),
    width,
    render: row => <StatusPill status={row.status} />
  };
}

export function ownerColumn(
  trans: ITrans
): IColumn<{ visibility: Visibility; owner: { id: string; name: string } }> {
  return {
    id: 'owner',
    label: trans.__('Owner'),
    width: '110px',
    render: row => (row.visibility === 'preset' ? trans.__('built-in') : row.owner.name)
  };
}

export function visibilityColumn(trans: ITrans): IColumn<{ visibility: Visibility }> {
  return {
    id: 'visibility',
    label: trans.__('Visible to'),
    width: '80px',
    render: row => visibilityWord(trans, row.visibility)
  };
}

export function updatedColumn(trans: ITrans): IColumn<{ updated_at: string }> {
  return {
    id: 'updated',
    label: trans.__('Updated'),
    width: '120px',
    sort: 'updated_at',
    render: row => <Time value={row.updated_at} />
  };
}
