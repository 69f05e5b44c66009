const LONGEST = 500;

/** A text from outside, fit for a line of a log and for PostgreSQL's JSON, which takes neither NUL nor half a surrogate pair. */
export function oneLine(text: string): string {
  const line = printable(text);
  // The cut may halve a pair.
  return line.length <= LONGEST ? line : `${printable(line.slice(0, LONGEST - 1))}…`;
}

function printable(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ').trim();
}
