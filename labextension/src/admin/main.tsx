import { createRoot } from 'react-dom/client';
import type { IMe } from '../client';
import type { IApp } from '../components/context';
import { formatPath, parsePath } from '../components/router';
import type { Catalogue, ITrans } from '../i18n';
import { english, translatorOf } from '../i18n';
import { AddressModel, isHere } from './addressModel';
import type { IPageData } from './connection';
import { hubClient, labLink, pageData } from './connection';
import { Notices } from './notices';
import { registerAdminPages } from './pages';
import { Shell } from './Shell';
import type { ThemeChoice } from './theme';
import { followTheme } from './theme';

type Language = 'en' | 'zh-CN';

/** What the user chose, else what the browser says. */
function languageOf(me: IMe | null): Language {
  const chosen = me?.settings?.language;
  if (chosen === 'en' || chosen === 'zh-CN') {
    return chosen;
  }
  const first = navigator.languages[0] ?? document.documentElement.lang;
  return first.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

const catalogues = new Map<Language, ITrans>([['en', english]]);

async function translator(data: IPageData, language: Language): Promise<ITrans> {
  let trans = catalogues.get(language);
  if (!trans) {
    const response = await fetch(`${data.staticUrl}zh_CN.json?v=${data.version}`, {
      credentials: 'same-origin'
    });
    trans = response.ok ? translatorOf((await response.json()) as Catalogue) : english;
    catalogues.set(language, trans);
  }
  return trans;
}

async function main(): Promise<void> {
  const data = pageData();
  const client = hubClient(data);
  const place = document.getElementById('aispace-root');
  if (!place) {
    throw new Error('the page has no root');
  }
  followTheme('');
  registerAdminPages();
  const me = await client.call('GET /me').catch(() => null);
  const theme = me?.settings?.theme ?? '';
  let stopTheme = followTheme(theme);
  const prefix = data.baseUrl.replace(/\/$/, '');
  const model = new AddressModel(prefix, path => window.location.assign(labLink(data, path)));
  const notices = new Notices();
  const root = createRoot(place);
  const link = (path: string): string => (isHere(path) ? prefix + path : labLink(data, path));

  const draw = async (language: Language, chosen: ThemeChoice): Promise<void> => {
    const trans = await translator(data, language);
    document.documentElement.lang = language;
    const app: IApp = {
      client,
      trans,
      locale: language,
      openTab: path => {
        window.open(link(path), '_blank', 'noopener');
      },
      link,
      notify: notices.add,
      may: permission => me?.permissions.includes(permission) ?? false
    };
    const remember = (body: { language?: Language; theme?: ThemeChoice }): void => {
      client.call('PATCH /me', { body }).catch(() => undefined);
    };
    root.render(
      <Shell
        app={app}
        data={data}
        model={model}
        notices={notices}
        language={language}
        theme={chosen}
        onLanguage={next => {
          remember({ language: next });
          void draw(next, chosen);
        }}
        onTheme={next => {
          remember({ theme: next });
          stopTheme();
          stopTheme = followTheme(next);
          void draw(language, next);
        }}
      />
    );
  };
  // "/admin/" and "/admin" are the same page.
  const { pathname, query } = parsePath(model.path);
  model.go(formatPath(pathname, query), { replace: true });
  await draw(languageOf(me), theme);
}

void main();
