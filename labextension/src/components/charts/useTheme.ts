import { useEffect, useState } from 'react';

function name(): string {
  return [
    document.body.dataset.jpThemeName ?? '',
    document.body.dataset.jpThemeLight ?? '',
    document.documentElement.dataset.theme ?? ''
  ].join('|');
}

/** Changes when the theme does: a canvas must be drawn anew. */
export function useTheme(): string {
  const [theme, setTheme] = useState(name);
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(name()));
    observer.observe(document.body, {
      attributes: true,
      attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light']
    });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return theme;
}

/** The value of a CSS variable where an element is. */
export function cssValue(element: Element, variable: string, fallback: string): string {
  return getComputedStyle(element).getPropertyValue(variable).trim() || fallback;
}
