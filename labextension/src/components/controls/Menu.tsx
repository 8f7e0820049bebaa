import type { KeyboardEvent } from 'react';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { IconName } from '../icons';
import { Button } from './Button';

export interface IMenuItem {
  label: string;
  run?: () => void;
  /** Why not now; shown under the word. */
  blocked?: string | null;
  danger?: boolean;
  checked?: boolean;
  /** The menu stays open, so that several can be chosen. */
  stay?: boolean;
  /** What the left and right arrows do to it. */
  adjust?: (step: -1 | 1) => void;
}

interface IPlace {
  x: number;
  y: number;
}

/** The open menu; arrows walk, Enter runs, Esc closes and gives the focus back. */
export function Menu(props: {
  items: IMenuItem[];
  at: IPlace;
  label: string;
  /** A line under the items. */
  hint?: string;
  onClose: () => void;
}): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState(props.at);
  const { onClose } = props;

  useLayoutEffect(() => {
    const box = root.current?.getBoundingClientRect();
    if (box) {
      setPlace({
        x: Math.max(4, Math.min(props.at.x, window.innerWidth - box.width - 8)),
        y: Math.max(4, Math.min(props.at.y, window.innerHeight - box.height - 8))
      });
    }
    root.current?.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
  }, [props.at]);

  useEffect(() => {
    const away = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) {
        onClose();
      }
    };
    document.addEventListener('pointerdown', away, true);
    window.addEventListener('blur', onClose);
    return () => {
      document.removeEventListener('pointerdown', away, true);
      window.removeEventListener('blur', onClose);
    };
  }, [onClose]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const all = [...(root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    let next: number | null = null;
    if (event.key === 'ArrowDown') {
      next = (at + 1) % all.length;
    } else if (event.key === 'ArrowUp') {
      next = (at - 1 + all.length) % all.length;
    } else if (event.key === 'Home') {
      next = 0;
    } else if (event.key === 'End') {
      next = all.length - 1;
    } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      props.items[at]?.adjust?.(event.key === 'ArrowLeft' ? -1 : 1);
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      onClose();
    } else if (event.key.length === 1) {
      const found = all.findIndex(
        (one, index) => index > at && one.textContent?.toLowerCase().startsWith(event.key.toLowerCase())
      );
      next = found < 0 ? null : found;
    }
    event.stopPropagation();
    if (next !== null) {
      event.preventDefault();
      all[next]?.focus();
    }
    if (event.key === 'Escape') {
      event.preventDefault();
    }
  };

  // Lab's widgets contain what is fixed in them: a menu belongs to the document.
  return createPortal(
    <div
      ref={root}
      role="menu"
      aria-label={props.label}
      className="ais-Menu jp-ThemedContainer"
      style={{ left: place.x, top: place.y }}
      onKeyDown={onKeyDown}
    >
      {props.items.map(item => (
        <button
          key={item.label}
          type="button"
          role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
          aria-checked={item.checked}
          aria-disabled={item.blocked ? true : undefined}
          className={`ais-Menu-item ${item.danger ? 'ais-mod-danger' : ''}`}
          tabIndex={-1}
          onClick={() => {
            if (!item.blocked) {
              if (!item.stay) {
                onClose();
              }
              item.run?.();
            }
          }}
        >
          <span className="ais-Menu-check" aria-hidden="true">
            {item.checked ? '✓' : ''}
          </span>
          <span>
            {item.label}
            {item.blocked ? <small>{item.blocked}</small> : null}
          </span>
        </button>
      ))}
      {props.hint ? (
        <div role="note" className="ais-Menu-hint">
          {props.hint}
        </div>
      ) : null}
    </div>,
    document.body
  );
}

/** A button with a menu under it. */
export function MenuButton(props: {
  label: string;
  items: IMenuItem[];
  icon?: IconName;
  text?: string;
  kind?: 'primary' | 'plain' | 'quiet';
  blocked?: string | null;
  hint?: string;
  tabIndex?: number;
}): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const [at, setAt] = useState<IPlace | null>(null);
  const id = useId();
  return (
    <span className="ais-MenuButton" id={id}>
      <Button
        ref={button}
        icon={props.icon ?? (props.text ? 'down' : 'more')}
        label={props.label}
        kind={props.kind ?? 'quiet'}
        hasPopup="menu"
        expanded={at !== null}
        blocked={props.blocked}
        tabIndex={props.tabIndex}
        onClick={event => {
          event.stopPropagation();
          const box = button.current?.getBoundingClientRect();
          setAt(at ? null : { x: box?.left ?? 0, y: (box?.bottom ?? 0) + 2 });
        }}
      >
        {props.text}
      </Button>
      {at ? (
        <Menu
          items={props.items}
          at={at}
          label={props.label}
          hint={props.hint}
          onClose={() => {
            setAt(null);
            button.current?.focus();
          }}
        />
      ) : null}
    </span>
  );
}
