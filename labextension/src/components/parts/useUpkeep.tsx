import type { ReactNode } from 'react';
import { useState } from 'react';
import type { Visibility } from '../../client';
import { useApp, usePage } from '../context';
import type { IMenuItem } from '../controls';
import { useAction } from '../useAction';
import { DeleteDialog, HandOverDialog, MoveToTrash, NameDialog } from './ObjectDialogs';

/** What its owner can do with every object: share it, hand it over, rename it, delete it. */
export function useUpkeep(props: {
  object: { id: string; name: string; description: string; visibility: Visibility };
  /** Why he may not; null when he may. */
  may: (what: 'write' | 'delete') => string | null;
  change: (
    body: { name: string; description: string } | { visibility: 'public' | 'private' }
  ) => Promise<unknown>;
  remove: () => Promise<unknown>;
  /** Path of the list, where a deletion leads. */
  list: string;
  onChanged: () => void;
  /** It does not go into the trash: what to say before. */
  forGood?: { verb: string; consequences: string[] };
}): { menu: IMenuItem[]; dialog: ReactNode } {
  const { trans } = useApp();
  const page = usePage();
  const { object, may, forGood } = props;
  const [open, setOpen] = useState<'hand-over' | 'rename' | 'delete' | null>(null);
  const isPublic = object.visibility === 'public';
  const share = useAction(async () => {
    await props.change({ visibility: isPublic ? 'private' : 'public' });
    props.onChanged();
  });
  const close = (): void => setOpen(null);
  const remove = async (): Promise<void> => {
    await props.remove();
    page.go(props.list, { replace: true });
  };
  const dialogs = {
    rename: () => (
      <NameDialog
        title={trans.__('Rename')}
        verb={trans.__('Save')}
        name={object.name}
        description={object.description}
        act={async (name, description) => {
          await props.change({ name, description });
          props.onChanged();
        }}
        onClose={close}
      />
    ),
    'hand-over': () => <HandOverDialog object={object} onDone={props.onChanged} onClose={close} />,
    delete: () =>
      forGood ? (
        <DeleteDialog
          title={trans.__('Delete %1?', object.name)}
          verb={forGood.verb}
          consequences={forGood.consequences}
          act={remove}
          onClose={close}
        />
      ) : (
        <MoveToTrash ids={[object.id]} name={object.name} act={remove} onClose={close} />
      )
  };
  return {
    menu: [
      {
        label: isPublic ? trans.__('Make private') : trans.__('Make public'),
        run: share.run,
        blocked: object.visibility === 'preset' ? trans.__('It is preset') : may('write')
      },
      { label: trans.__('Hand over'), run: () => setOpen('hand-over'), blocked: may('write') },
      { label: trans.__('Rename'), run: () => setOpen('rename'), blocked: may('write') },
      { label: trans.__('Delete'), danger: true, run: () => setOpen('delete'), blocked: may('delete') }
    ],
    dialog: open && dialogs[open]()
  };
}
