import type { ReactNode } from 'react';
import { useMemo, useState } from 'react';
import { useApp } from '../context';

export interface IColumn<T> {
  id: string;
  label: string;
  /** A CSS grid track: "2fr", "120px", "minmax(160px, 2fr)". */
  width: string;
  render: (row: T) => ReactNode;
  /** The server's name for sorting by it. */
  sort?: string;
  align?: 'right';
  /** Shown only when somebody asks for it. */
  hidden?: boolean;
}

/** What somebody changed of a table: which columns he sees, and how wide in px. */
interface IChoice {
  shown?: Record<string, boolean>;
  widths?: Record<string, number>;
}

const NARROWEST = 48;
const WIDEST = 900;

function read(key: string): IChoice {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? '{}') as IChoice | null) ?? {};
  } catch {
    // No storage, or not ours: the columns are as the page made them.
    return {};
  }
}

export interface IColumns<T> {
  visible: IColumn<T>[];
  isVisible(id: string): boolean;
  toggle(id: string): void;
  /** The width that somebody gave to a column. */
  widthOf(id: string): number | undefined;
  setWidth(id: string, width: number): void;
  changed: boolean;
  reset(): void;
}

/** The columns of a table as this user wants them, remembered in this browser for each server. */
export function useColumns<T>(table: string, columns: IColumn<T>[]): IColumns<T> {
  const { client } = useApp();
  const key = `aispace.columns ${client.apiUrl} ${table}`;
  const [choice, setChoice] = useState<IChoice>(() => read(key));
  const isVisible = (id: string): boolean =>
    id === columns[0]?.id || (choice.shown?.[id] ?? !columns.find(column => column.id === id)?.hidden);
  const keep = (next: IChoice): void => {
    setChoice(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // A full or forbidden storage: it holds until the page closes.
    }
  };
  const visible = useMemo(
    () => columns.filter(column => isVisible(column.id)),
    // `isVisible` reads nothing else.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [columns, choice]
  );
  return {
    visible,
    isVisible,
    toggle: id => keep({ ...choice, shown: { ...choice.shown, [id]: !isVisible(id) } }),
    widthOf: id => choice.widths?.[id],
    setWidth: (id, width) =>
      keep({
        ...choice,
        widths: { ...choice.widths, [id]: Math.round(Math.max(NARROWEST, Math.min(WIDEST, width))) }
      }),
    changed: Object.keys(choice.shown ?? {}).length + Object.keys(choice.widths ?? {}).length > 0,
    reset: () => keep({})
  };
}
