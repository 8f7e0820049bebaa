import { LabIcon } from '@jupyterlab/ui-components';
import type { IconName } from '../components/icons';
import { ICONS } from '../components/icons';

const made = new Map<IconName, LabIcon>();

/** One of our icons for Lab's own places: tabs, launcher, menus. */
export function labIcon(name: IconName): LabIcon {
  let icon = made.get(name);
  if (!icon) {
    icon = new LabIcon({ name: `aispace:${name}`, svgstr: ICONS[name] });
    made.set(name, icon);
  }
  return icon;
}
