import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { useState } from 'react';
import { useTrans } from '../context';
import { Button } from '../controls/Button';
import type { IMenuItem } from '../controls/Menu';
import { Facts } from '../PageFrame';

const KEY = 'aispace.peek.width';
const NARROWEST = 240;
const WIDEST = 720;
const STEP = 20;

function remembered(): number {
  const width = Number(localStorage.getItem(KEY));
  return width >= NARROWEST && width <= WIDEST ? width : 360;
}

/** Facts and actions of the selected row beside its list; Esc closes it, its edge makes it wider. */
export function Peek(props: {
  title: string;
  facts: [string, ReactNode][];
  actions: IMenuItem[];
  onClose: () => void;
}): JSX.Element {
  const trans = useTrans();
  const [width, setWidth] = useState(remembered);
  const resize = (next: number): void => {
    const kept = Math.round(Math.max(NARROWEST, Math.min(WIDEST, next)));
    setWidth(kept);
    localStorage.setItem(KEY, String(kept));
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const edge = event.currentTarget;
    const from = event.clientX;
    event.preventDefault();
    edge.setPointerCapture(event.pointerId);
    const move = (one: globalThis.PointerEvent): void => resize(width + from - one.clientX);
    const end = (): void => {
      edge.removeEventListener('pointermove', move);
      edge.removeEventListener('pointerup', end);
      edge.removeEventListener('lostpointercapture', end);
    };
    edge.addEventListener('pointermove', move);
    edge.addEventListener('pointerup', end);
    edge.addEventListener('lostpointercapture', end);
  };
  const onEdgeKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowLeft' ? STEP : event.key === 'ArrowRight' ? -STEP : 0;
    if (step) {
      event.preventDefault();
      resize(width + step);
    }
  };
  return (
    <aside
      className="ais-Peek"
      style={{ width }}
      aria-label={trans.__('Selected: %1', props.title)}
      onKeyDown={event => {
        if (event.key === 'Escape' && !event.defaultPrevented) {
          event.preventDefault();
          props.onClose();
        }
      }}
    >
      <div
        className="ais-Peek-edge"
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={trans.__('Width of this part')}
        aria-valuenow={width}
        aria-valuemin={NARROWEST}
        aria-valuemax={WIDEST}
        onPointerDown={onPointerDown}
        onKeyDown={onEdgeKey}
      />
      <div className="ais-Peek-head">
        <h2>
          <bdi>{props.title}</bdi>
        </h2>
        <Button kind="quiet" icon="close" label={trans.__('Close')} onClick={props.onClose} />
      </div>
      <Facts items={props.facts} />
      <div className="ais-Row">
        {props.actions.map((item, index) => (
          <Button
            key={item.label}
            kind={index === 0 && !item.danger ? 'primary' : 'plain'}
            icon={item.danger ? 'trash' : undefined}
            blocked={item.blocked}
            onClick={() => item.run?.()}
          >
            {item.label}
          </Button>
        ))}
      </div>
    </aside>
  );
}
