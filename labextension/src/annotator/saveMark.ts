import type { ITrans } from '../i18n';
import { element, icon } from './dom';
import type { Session } from './session';

/** Whether what was said is with the server, in a symbol and words. */
export class SaveMark {
  constructor(private readonly trans: ITrans) {
    this.node = element('span', { class: 'ais-SaveMark', role: 'status' });
  }

  readonly node: HTMLElement;

  draw(session: Session): void {
    const { trans } = this;
    const state = session.saveState;
    const { refusal } = session;
    const time = (at: number): string => new Date(at).toTimeString().slice(0, 8);
    const [symbol, tone, words] = refusal
      ? (['cross', 'error', refusal.message] as const)
      : state.state === 'saving'
        ? (['refresh', 'brand', trans.__('Saving')] as const)
        : state.state === 'kept'
          ? ([
              'warning',
              'warning',
              trans._n('Not saved, %1 edit kept here', 'Not saved, %1 edits kept here', state.kept)
            ] as const)
          : state.state === 'conflict'
            ? ([
                'warning',
                'warning',
                trans.__('Changed by %1', state.by ?? trans.__('somebody else'))
              ] as const)
            : ([
                'tick',
                'success',
                state.at ? trans.__('Saved %1', time(state.at)) : trans.__('Saved')
              ] as const);
    if (this.node.dataset.words !== words) {
      this.node.dataset.words = words;
      this.node.dataset.state = refusal ? 'refused' : state.state;
      const made = icon(symbol);
      made.classList.add(`ais-tone-${tone}`);
      this.node.replaceChildren(made, document.createTextNode(` ${words}`));
    }
  }
}
