import type { MouseEvent, ReactNode } from 'react';
import { forwardRef, useId } from 'react';
import { Icon } from '../Icon';
import type { IconName } from '../icons';

export interface IButtonProps {
  children?: ReactNode;
  icon?: IconName;
  /** Needed when there is only an icon. */
  label?: string;
  kind?: 'primary' | 'danger' | 'plain' | 'quiet';
  busy?: boolean;
  /** Why it can't be pressed now; it stays focusable and says so. */
  blocked?: string | null;
  pressed?: boolean;
  expanded?: boolean;
  hasPopup?: 'menu' | 'dialog';
  type?: 'button' | 'submit';
  autoFocus?: boolean;
  tabIndex?: number;
  onClick?: (event: MouseEvent<HTMLButtonElement>) => void;
}

/** A button; a blocked one is told apart by words, not only by its look. */
export const Button = forwardRef<HTMLButtonElement, IButtonProps>(function Button(props, ref) {
  const reason = useId();
  const off = Boolean(props.blocked) || props.busy;
  return (
    <>
      <button
        ref={ref}
        type={props.type ?? 'button'}
        className={`ais-Button ais-mod-${props.kind ?? 'plain'} ${props.children ? '' : 'ais-mod-icon'}`}
        aria-label={props.label}
        title={props.blocked ?? (props.children ? undefined : props.label)}
        aria-disabled={off || undefined}
        aria-busy={props.busy || undefined}
        aria-pressed={props.pressed}
        aria-expanded={props.expanded}
        aria-haspopup={props.hasPopup}
        aria-describedby={props.blocked ? reason : undefined}
        autoFocus={props.autoFocus}
        tabIndex={props.tabIndex}
        onClick={event => {
          if (off) {
            event.preventDefault();
            return;
          }
          props.onClick?.(event);
        }}
      >
        {props.icon ? <Icon name={props.icon} /> : null}
        {props.children ? <span>{props.children}</span> : null}
      </button>
      {props.blocked ? (
        <span id={reason} className="ais-Hidden">
          {props.blocked}
        </span>
      ) : null}
    </>
  );
});
