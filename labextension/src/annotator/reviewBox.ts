import type { ITrans } from '../i18n';
import { element, icon } from './dom';
import type { Session } from './session';

/** As many characters as the server keeps of a reason. */
export const REASON_LENGTH = 200;

/** Reviewing a confirmed sample: what was said of it, accept, reject with a reason. */
export class ReviewBox {
  constructor(
    private readonly trans: ITrans,
    private readonly session: Session,
    private readonly act: { accept: () => void; reject: (reason: string) => void; focus: () => void }
  ) {
    this.node = element('section', { class: 'ais-Annotator-review', 'aria-label': trans.__('Review') });
    this.said = element('p', {});
    this.acceptButton = element('button', { type: 'button', class: 'ais-Button ais-mod-plain' });
    this.acceptButton.append(icon('tick'), document.createTextNode(` ${trans.__('Accept')}`));
    this.acceptButton.addEventListener('click', () => act.accept());
    this.rejectButton = element('button', { type: 'button', class: 'ais-Button ais-mod-plain' });
    this.rejectButton.append(icon('cross'), document.createTextNode(` ${trans.__('Reject')}`));
    this.rejectButton.addEventListener('click', () => this.ask());
    const row = element('div', { class: 'ais-Row' });
    row.append(this.acceptButton, this.rejectButton);
    this.form = element('form', { hidden: '' });
    this.field = element('input', {
      class: 'ais-Input',
      type: 'text',
      maxlength: String(REASON_LENGTH),
      placeholder: trans.__('What is wrong with it?'),
      'aria-label': trans.__('Reason of the rejection'),
      'data-lm-suppress-shortcuts': 'true'
    });
    const send = element('button', { type: 'submit', class: 'ais-Button ais-mod-plain' });
    send.textContent = trans.__('Reject and next');
    this.form.append(this.field, send);
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      this.send();
    });
    this.form.addEventListener('keydown', event => {
      // Keys typed here are no keys of the annotator.
      event.stopPropagation();
      if (event.key === 'Escape' && !event.isComposing) {
        event.preventDefault();
        this.close();
      }
    });
    this.node.append(this.said, row, this.form);
  }

  readonly node: HTMLElement;

  /** Ask for the reason; false where there is nothing to reject. */
  ask(): boolean {
    if (!this.session.edit.confirm || this.session.options.readOnly) {
      return false;
    }
    this.sampleId = this.session.sample?.id ?? '';
    this.form.hidden = false;
    this.field.focus();
    return true;
  }

  draw(): void {
    const { session, trans } = this;
    const { confirm, review } = session.edit;
    const past = session.sample?.review;
    const rejected = review?.verdict === 'reject' || (!review && past?.verdict === 'reject');
    const who = past?.by?.name;
    const reason =
      (review?.verdict === 'reject' ? review.reason : past?.reason) || trans.__('no reason given');
    this.said.hidden = !review && !rejected;
    this.said.dataset.verdict = rejected ? 'reject' : 'accept';
    this.said.textContent = rejected
      ? review
        ? who
          ? trans.__('Rejected by %1: %2', who, reason)
          : trans.__('Rejected: %1', reason)
        : trans.__('It was rejected before: %1', reason)
      : who && review
        ? trans.__('Accepted by %1', who)
        : trans.__('Accepted');
    const blocked = session.options.readOnly
      ? trans.__('You may only read it')
      : confirm
        ? ''
        : trans.__('Confirm it first: only what somebody vouches for is reviewed');
    for (const button of [this.acceptButton, this.rejectButton]) {
      button.setAttribute('aria-disabled', String(blocked !== ''));
      button.title = blocked;
    }
    this.acceptButton.setAttribute('aria-pressed', String(review?.verdict === 'accept'));
    this.rejectButton.setAttribute('aria-pressed', String(review?.verdict === 'reject'));
    if (!this.form.hidden && this.sampleId !== session.sample?.id) {
      this.form.hidden = true;
    }
  }

  private send(): void {
    const reason = this.field.value.trim();
    if (!reason) {
      this.field.setAttribute('aria-invalid', 'true');
      this.field.focus();
      return;
    }
    this.close();
    this.act.reject(reason);
  }

  private close(): void {
    this.field.removeAttribute('aria-invalid');
    this.form.hidden = true;
    this.field.value = '';
    this.act.focus();
  }

  private readonly said: HTMLElement;
  private readonly acceptButton: HTMLButtonElement;
  private readonly rejectButton: HTMLButtonElement;
  private readonly form: HTMLFormElement;
  private readonly field: HTMLInputElement;
  private sampleId = '';
}
