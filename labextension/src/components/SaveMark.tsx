import { useTrans } from './context';
import { clock } from './formats';
import { Icon } from './Icon';

export interface ISaveState {
  state: 'saved' | 'saving' | 'kept' | 'conflict';
  at?: number | null;
  kept?: number;
  by?: string;
}

/** What of the user's work the server has: said honestly. */
export function SaveMark(props: ISaveState): JSX.Element {
  const trans = useTrans();
  if (props.state === 'saving') {
    return (
      <span className="ais-SaveMark">
        <Icon name="refresh" className="ais-turning" /> {trans.__('Saving')}
      </span>
    );
  }
  if (props.state === 'kept') {
    return (
      <span className="ais-SaveMark" role="status">
        <Icon name="warning" className="ais-tone-warning" />{' '}
        {trans._n('Not saved, %1 edit kept here', 'Not saved, %1 edits kept here', props.kept ?? 1)}
      </span>
    );
  }
  if (props.state === 'conflict') {
    return (
      <span className="ais-SaveMark" role="status">
        <Icon name="warning" className="ais-tone-warning" />{' '}
        {trans.__('Changed by %1', props.by ?? trans.__('somebody else'))}
      </span>
    );
  }
  return (
    <span className="ais-SaveMark">
      <Icon name="tick" className="ais-tone-success" />{' '}
      {props.at ? trans.__('Saved %1', clock(props.at)) : trans.__('Saved')}
    </span>
  );
}
