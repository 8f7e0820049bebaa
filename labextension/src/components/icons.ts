/** Our icons as SVG text, 16 px, one weight, coloured by the theme. The lab face makes LabIcons of the same text. */

const svg = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"><g fill="none" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"><g class="jp-icon3" stroke="currentColor">${body}</g></g></svg>`;

export const ICONS = {
  aispace: svg(
    '<circle cx="8" cy="8" r="2.2"/><ellipse cx="8" cy="8" rx="6.6" ry="3"/><ellipse cx="8" cy="8" rx="3" ry="6.6"/>'
  ),
  dataset: svg(
    '<ellipse cx="8" cy="3.6" rx="5.4" ry="2"/><path d="M2.6 3.6v8.8c0 1.1 2.4 2 5.4 2s5.4-.9 5.4-2V3.6M2.6 8c0 1.1 2.4 2 5.4 2s5.4-.9 5.4-2"/>'
  ),
  algorithm: svg('<path d="M5.5 4 1.8 8l3.7 4M10.5 4l3.7 4-3.7 4M9 2.8 7 13.2"/>'),
  training: svg('<path d="M1.8 14.2h12.4M2.4 11.6l3.4-4 2.8 2.2 4.8-6.4"/><path d="M10.6 3.2h2.8V6"/>'),
  model: svg('<path d="m8 1.6 5.8 3.2v6.4L8 14.4l-5.8-3.2V4.8z"/><path d="M2.2 4.8 8 8l5.8-3.2M8 8v6.4"/>'),
  service: svg(
    '<circle cx="8" cy="8" r="1.6"/><path d="M4.8 11.2a4.6 4.6 0 0 1 0-6.4M11.2 4.8a4.6 4.6 0 0 1 0 6.4M2.6 13.4a7.6 7.6 0 0 1 0-10.8M13.4 2.6a7.6 7.6 0 0 1 0 10.8"/>'
  ),
  image: svg(
    '<rect x="1.8" y="3" width="12.4" height="4" rx="1"/><rect x="1.8" y="9" width="12.4" height="4" rx="1"/><path d="M4.4 5h.1M4.4 11h.1"/>'
  ),
  notebook: svg('<rect x="3" y="1.8" width="10.4" height="12.4" rx="1.2"/><path d="M6 1.8v12.4M8.4 5h2.6"/>'),
  files: svg('<path d="M1.8 12.6V3.4h4.4l1.6 1.8h6.4v7.4z"/>'),
  file: svg('<path d="M3.4 1.8h6l3.2 3.2v9.2H3.4zM9.4 1.8V5h3.2"/>'),
  usage: svg('<path d="M2 13a6.4 6.4 0 1 1 12 0M8 9.6l3-3.4"/>'),
  label: svg('<path d="M2 2.4h5.4L14 9l-5 5-7-7z"/><circle cx="5" cy="5.4" r=".8"/>'),
  activity: svg('<path d="M1.6 8h3l2-5 3 10 2-5h2.8"/>'),
  search: svg('<circle cx="7" cy="7" r="4.6"/><path d="m10.6 10.6 3.6 3.6"/>'),
  add: svg('<path d="M8 2.6v10.8M2.6 8h10.8"/>'),
  more: svg('<path d="M3.4 8h.1M8 8h.1M12.6 8h.1" stroke-width="2.2"/>'),
  back: svg('<path d="M10 3 5 8l5 5"/>'),
  forward: svg('<path d="m6 3 5 5-5 5"/>'),
  down: svg('<path d="m3.4 6 4.6 4.6L12.6 6"/>'),
  link: svg(
    '<path d="M6.6 9.4 9.4 6.6M7.2 4.6l1.6-1.6a3 3 0 0 1 4.2 4.2l-1.6 1.6M8.8 11.4 7.2 13A3 3 0 0 1 3 8.8l1.6-1.6"/>'
  ),
  code: svg('<path d="m5 4.6-3.4 3.4L5 11.4M11 4.6l3.4 3.4-3.4 3.4"/>'),
  copy: svg('<rect x="5.4" y="5.4" width="8.4" height="8.4" rx="1"/><path d="M10.6 5.4V2.2H2.2v8.4h3.2"/>'),
  close: svg('<path d="m3.6 3.6 8.8 8.8M12.4 3.6l-8.8 8.8"/>'),
  edit: svg('<path d="m10.6 2.4 3 3-8 8H2.6v-3z"/>'),
  trash: svg('<path d="M2.6 4.4h10.8M6 4.4V2.4h4v2M4 4.4l.6 9.2h6.8l.6-9.2"/>'),
  refresh: svg('<path d="M13.4 8A5.4 5.4 0 1 1 11.6 4M13.6 1.8v3.4h-3.4"/>'),
  download: svg('<path d="M8 2v8.2M4.6 7 8 10.4 11.4 7M2.4 13.6h11.2"/>'),
  upload: svg('<path d="M8 10.6V2.4M4.6 5.8 8 2.4l3.4 3.4M2.4 13.6h11.2"/>'),
  undo: svg('<path d="M5.4 2.8 2.2 6l3.2 3.2M2.6 6h7a4 4 0 0 1 0 8H6"/>'),
  redo: svg('<path d="M10.6 2.8 13.8 6l-3.2 3.2M13.4 6h-7a4 4 0 0 0 0 8H10"/>'),
  table: svg('<rect x="1.8" y="2.6" width="12.4" height="10.8" rx="1"/><path d="M1.8 6.2h12.4M6 6.2v7.2"/>'),
  grid: svg(
    '<rect x="2" y="2" width="5" height="5"/><rect x="9" y="2" width="5" height="5"/><rect x="2" y="9" width="5" height="5"/><rect x="9" y="9" width="5" height="5"/>'
  ),
  flag: svg('<path d="M3.4 14.4V2.2h8.4L9.8 5.4l2 3.2H3.4"/>'),
  keyboard: svg(
    '<rect x="1.4" y="4" width="13.2" height="8.2" rx="1.2"/><path d="M4 6.8h.1M6.7 6.8h.1M9.3 6.8h.1M12 6.8h.1M5 9.6h6"/>'
  ),
  stop: svg('<rect x="3.4" y="3.4" width="9.2" height="9.2" rx="1"/>'),
  // states: the symbol carries the colour, the word does not
  dotted: svg('<circle cx="8" cy="8" r="5.6" stroke-dasharray="1.6 2.2"/>'),
  clock: svg('<circle cx="8" cy="8" r="6"/><path d="M8 4.6V8l2.4 1.6"/>'),
  half: svg('<circle cx="8" cy="8" r="5.8"/><path d="M8 2.2a5.8 5.8 0 0 1 0 11.6z" fill="currentColor"/>'),
  play: svg('<path d="M4.4 2.8v10.4L13 8z" fill="currentColor"/>'),
  dot: svg('<circle cx="8" cy="8" r="4.6" fill="currentColor"/>'),
  tick: svg('<path d="m2.6 8.4 3.6 3.8 7.2-8" stroke-width="2"/>'),
  warning: svg('<path d="M8 2.2 14.6 13.8H1.4zM8 6.4v3.4M8 11.8v.1"/>'),
  cross: svg('<path d="m3.6 3.6 8.8 8.8M12.4 3.6l-8.8 8.8" stroke-width="2"/>'),
  square: svg('<rect x="3.6" y="3.6" width="8.8" height="8.8" fill="currentColor"/>'),
  pause: svg('<path d="M5.4 3v10M10.6 3v10" stroke-width="2.6"/>'),
  barred: svg('<circle cx="8" cy="8" r="5.8"/><path d="m4 12 8-8"/>')
} as const;

export type IconName = keyof typeof ICONS;
