const PATHS = {
  back: '<path d="M10 3 5 8l5 5"/>',
  forward: '<path d="m6 3 5 5-5 5"/>',
  undo: '<path d="M5.4 2.8 2.2 6l3.2 3.2M2.6 6h7a4 4 0 0 1 0 8H6"/>',
  redo: '<path d="M10.6 2.8 13.8 6l-3.2 3.2M13.4 6h-7a4 4 0 0 0 0 8H10"/>',
  keyboard:
    '<rect x="1.4" y="4" width="13.2" height="8.2" rx="1.2"/><path d="M4 6.8h.1M6.7 6.8h.1M9.3 6.8h.1M12 6.8h.1M5 9.6h6"/>',
  flag: '<path d="M3.4 14.4V2.2h8.4L9.8 5.4l2 3.2H3.4"/>',
  tick: '<path d="m2.6 8.4 3.6 3.8 7.2-8" stroke-width="2"/>',
  cross: '<path d="m3.6 3.6 8.8 8.8M12.4 3.6l-8.8 8.8" stroke-width="2"/>',
  warning: '<path d="M8 2.2 14.6 13.8H1.4zM8 6.4v3.4M8 11.8v.1"/>',
  select: '<path d="M3.4 2.2 12.8 8 8.4 8.8 6.4 13z"/>',
  box: '<path d="M2.6 4.4h10.8v7.4H2.6z"/>',
  plus: '<path d="M8 3v10M3 8h10" stroke-width="2"/>',
  minus: '<path d="M3 8h10" stroke-width="2"/>',
  refresh: '<path d="M13.4 8A5.4 5.4 0 1 1 11.6 4M13.6 1.8v3.4h-3.4"/>'
} as const;

/** A symbol beside a word. */
export function icon(name: keyof typeof PATHS): HTMLElement {
  const span = element('span', { class: 'ais-Icon', 'aria-hidden': 'true' });
  span.innerHTML = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">${PATHS[name]}</svg>`;
  return span;
}

/** An element with attributes. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string>
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  return made;
}

/** Lines of text, one paragraph each; null lines are left out. */
export function say(root: HTMLElement, lines: (string | null)[]): void {
  const text = lines.filter(line => line !== null).join('\n');
  if (root.dataset.text !== text) {
    root.dataset.text = text;
    root.replaceChildren(
      ...text.split('\n').map(line => {
        const paragraph = element('p', {});
        paragraph.textContent = line;
        return paragraph;
      })
    );
  }
}
