import type { IconName } from './icons';
import { ICONS } from './icons';

/** A symbol. With a label it speaks for itself, without it is decoration beside a word. */
export function Icon(props: { name: IconName; label?: string; className?: string }): JSX.Element {
  return (
    <span
      className={`ais-Icon ${props.className ?? ''}`}
      role={props.label ? 'img' : undefined}
      aria-label={props.label}
      aria-hidden={props.label ? undefined : true}
      dangerouslySetInnerHTML={{ __html: ICONS[props.name] }}
    />
  );
}
