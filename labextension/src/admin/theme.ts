export type ThemeChoice = '' | 'light' | 'dark';

const DARK = '(prefers-color-scheme: dark)';
const CONTRAST = '(prefers-contrast: more)';

/** The theme that is drawn: what the user chose, else what the system says. Who needs contrast gets it. */
export function themeOf(
  choice: ThemeChoice,
  dark: boolean,
  contrast: boolean
): 'light' | 'dark' | 'contrast' {
  if (contrast && choice !== 'light') {
    return 'contrast';
  }
  return choice === '' ? (dark ? 'dark' : 'light') : choice;
}

/** Draw the theme now and whenever the system changes; returns what ends it. */
export function followTheme(choice: ThemeChoice): () => void {
  const dark = window.matchMedia(DARK);
  const contrast = window.matchMedia(CONTRAST);
  const draw = (): void => {
    const theme = themeOf(choice, dark.matches, contrast.matches);
    const root = document.documentElement;
    root.dataset.theme = theme;
    root.style.colorScheme = theme === 'light' ? 'light' : 'dark';
    document.body.dataset.jpThemeLight = theme === 'light' ? 'true' : 'false';
    document.body.dataset.jpThemeName = theme;
    document.body.classList.add('jp-ThemedContainer');
  };
  draw();
  dark.addEventListener('change', draw);
  contrast.addEventListener('change', draw);
  return () => {
    dark.removeEventListener('change', draw);
    contrast.removeEventListener('change', draw);
  };
}
