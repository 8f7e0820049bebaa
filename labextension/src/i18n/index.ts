/** The translation domain of the extension, the widget and the admin page. */
export const DOMAIN = 'aispace';

/** What the faces need of a translator; JupyterLab's TranslationBundle is one. */
export interface ITrans {
  __(msgid: string, ...args: (string | number)[]): string;
  _n(msgid: string, plural: string, n: number, ...args: (string | number)[]): string;
}

/** A catalogue as the language server and the build give it: message id to its forms. */
export type Catalogue = Record<string, string[] | Record<string, string>>;

function fill(text: string, args: (string | number)[]): string {
  return text.replace(/%(\d+)/g, (whole, index: string) => {
    const value = args[Number(index) - 1];
    return value === undefined ? whole : String(value);
  });
}

/**
 * A translator over a catalogue, for faces outside JupyterLab.
 *
 * As in JupyterLab, `%1` of a plural is the number itself.
 */
export function translatorOf(catalogue: Catalogue | null): ITrans {
  const look = (msgid: string): string | null => {
    const forms = catalogue?.[msgid];
    return Array.isArray(forms) && forms[0] ? forms[0] : null;
  };
  return {
    __: (msgid, ...args) => fill(look(msgid) ?? msgid, args),
    _n: (msgid, plural, n, ...args) => fill(look(msgid) ?? (n === 1 ? msgid : plural), [n, ...args])
  };
}

/** The source language. */
export const english: ITrans = translatorOf(null);
