/* Rows of the bench as lines of 80 columns. */
const NAME = 38;
const FIGURE = 17;
const TARGET = 17;

export const HEADING = `${''.padEnd(NAME)}${'figure'.padStart(FIGURE)}${'target'.padStart(TARGET)}`;

/** `what`, the figure, its target, and whether it is met. */
export function line(row) {
  return `${row.what.padEnd(NAME)}${figure(row).padStart(FIGURE)}${target(row).padStart(TARGET)}  ${verdict(row)}`.trimEnd();
}

export function figure({ value, unit }) {
  return withUnit(value, unit);
}

export function target({ atMost, atLeast, unit }) {
  if (atMost !== undefined) return `at most ${withUnit(atMost, unit)}`;
  return atLeast === undefined ? '' : `at least ${withUnit(atLeast, unit)}`;
}

export function verdict({ value, atMost, atLeast }) {
  if (atMost === undefined && atLeast === undefined) return '';
  return value <= (atMost ?? value) && value >= (atLeast ?? value) ? 'met' : 'missed';
}

function withUnit(value, unit) {
  const isCount = unit === undefined;
  const text = value.toLocaleString('en', isCount ? {} : { maximumSignificantDigits: Math.max(3, digits(value)) });
  return isCount ? text : unit === 'x' ? `${text}x` : `${text} ${unit}`;
}

/** Of the whole part, none of which is rounded away. */
function digits(value) {
  return String(Math.trunc(value)).length;
}
