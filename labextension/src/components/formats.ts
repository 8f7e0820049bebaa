import type { IMoney } from '../client';
import type { ITrans } from '../i18n';

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 10,214 */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : new Intl.NumberFormat('en-US').format(value);
}

/** Three digits: 3.1 MiB, 31.4 MiB, 314 MiB. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return '';
  }
  let unit = 0;
  let size = value;
  while (size >= 1024 && unit < BYTES.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${size.toFixed(digits)} ${BYTES[unit]}`;
}

/** 9.9 % in English, 9.9% in Chinese. */
export function percent(share: number | null | undefined, locale: string): string {
  if (share === null || share === undefined || Number.isNaN(share)) {
    return '';
  }
  const value = share * 100;
  const text = value === 0 || value === 100 ? value.toFixed(0) : value.toFixed(1);
  return locale.startsWith('zh') ? `${text}%` : `${text} %`;
}

/** Four significant digits. */
export function metric(value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (!Number.isFinite(value)) {
    return String(value);
  }
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e7)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(4)));
}

/** 2026-11-20 14:32:05, in the user's zone. */
export function dateTime(value: string | number | Date | null | undefined): string {
  if (value === null || value === undefined || value === '') {
    return '';
  }
  const date = new Date(value);
  const two = (n: number): string => String(n).padStart(2, '0');
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  );
}

export function clock(value: string | number | Date): string {
  return dateTime(value).slice(11);
}

export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** "2 h ago" and "in 2 h" under a day, the date beyond. */
export function ago(value: string | null | undefined, trans: ITrans, now: number = Date.now()): string {
  if (!value) {
    return '';
  }
  const seconds = (now - new Date(value).getTime()) / 1000;
  if (seconds < -86_400) {
    return dateTime(value).slice(0, 16);
  }
  if (seconds <= -5400) {
    return trans.__('in %1 h', Math.round(-seconds / 3600));
  }
  if (seconds <= -60) {
    return trans.__('in %1 min', Math.round(-seconds / 60));
  }
  if (seconds < 60) {
    return trans.__('just now');
  }
  if (seconds < 3600) {
    return trans.__('%1 min ago', Math.floor(seconds / 60));
  }
  if (seconds < 86_400) {
    return trans.__('%1 h ago', Math.floor(seconds / 3600));
  }
  return dateTime(value).slice(0, 16);
}

/** 00:31:07 */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) {
    return '';
  }
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** Seconds between two times, the second now when there is none. */
export function elapsed(start: string | null | undefined, end: string | null | undefined): number | null {
  if (!start) {
    return null;
  }
  return ((end ? new Date(end).getTime() : Date.now()) - new Date(start).getTime()) / 1000;
}

/** ¥2.40; a missing price is free. */
export function money(value: IMoney | null | undefined, trans: ITrans, digits = 2): string {
  if (!value) {
    return trans.__('free');
  }
  try {
    return new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency: value.currency,
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits
    }).format(Number(value.amount));
  } catch {
    return `${Number(value.amount).toFixed(digits)} ${value.currency}`;
  }
}
