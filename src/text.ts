const LONGEST = 500;

/** A text from outside, made fit for one line of a log and for PostgreSQL's JSON, which accepts neither NUL nor half a surrogate pair. */
export function oneLine(text: string): string {
  const line = printable(text);
  // The cut may split a pair.
  return line.length <= LONGEST ? line : `${printable(line.slice(0, LONGEST - 1))}…`;
}

function printable(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ').trim();
}

/** As long as an account's id may be. */
const LONGEST_NAME = 255;

/** An id or a name from outside, cut to what a line, a message or a document can hold. */
export function bounded(name: string): string {
  return shorten(name, LONGEST_NAME);
}

/** A text cut to a number of characters, with an ellipsis if it was cut. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** `1 connection`, `2,500 connections`. */
export function count(number: number, noun: string): string {
  return `${formatNumber(number)} ${number === 1 ? noun : `${noun}s`}`;
}

export function formatNumber(number: number): string {
  return number.toLocaleString('en-US');
}

/** A duration, in at most two units: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A text with its first letter in upper case. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a text can be sent in a header as it is. */
export function isHeaderSafe(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** The value of a JSON text; undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `21 Nov`, of a date or an instant that begins with `YYYY-MM-DD`. */
export function dayOfYear(date: string): string {
  return `${Number(date.slice(8, 10))} ${MONTHS[Number(date.slice(5, 7)) - 1]}`;
}

/** `a, b and c` */
export function joinWords(words: readonly string[], word: 'and' | 'or' = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${word} ${words.at(-1)}`;
}
