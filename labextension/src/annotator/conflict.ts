import type { ITrans } from '../i18n';
import { element } from './dom';
import { summary } from './objects';
import type { Session } from './session';

/** What to show when somebody else changed the sample meanwhile: both versions, and a button for each. */
export function conflictChoices(session: Session, trans: ITrans, chosen: () => void): HTMLElement[] {
  const theirs = session.conflict;
  if (!theirs) {
    return [];
  }
  const words = element('p', {});
  words.textContent = trans.__(
    '%1 changed this sample meanwhile: theirs is "%2", yours "%3".',
    theirs.annotation.by?.name ?? trans.__('Somebody else'),
    summary(theirs.annotation.objects) || trans.__('none'),
    summary(session.edit.objects) || trans.__('none')
  );
  const choose = (keep: 'mine' | 'theirs' | 'both', text: string): HTMLButtonElement => {
    const made = element('button', { type: 'button', class: 'ais-Button ais-mod-plain' });
    made.textContent = text;
    made.addEventListener('click', () => {
      void session.resolve(keep);
      chosen();
    });
    return made;
  };
  return [
    words,
    choose('mine', trans.__('Keep mine')),
    choose('theirs', trans.__('Take theirs')),
    ...(session.shapes ? [choose('both', trans.__('Both'))] : [])
  ];
}
