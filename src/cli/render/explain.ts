import type { DayExplanation } from '../../store/explanation.js';
import { formatNumber, shorten } from '../../text.js';
import type { Colors } from './colors.js';
import { formatTable } from './table.js';
import { cleanText, formatAccount, WIDTH } from './text.js';
import { wrap } from './wrap.js';

const COLUMNS = [{ title: 'metric' }, { title: 'value', align: 'right' }, { title: 'state' }] as const;
const LONGEST_METRIC = 50;

/** The text that `explain` prints, about a whole day or one metric. */
export function renderExplanation(day: DayExplanation, metric: string | null, colors: Colors): string {
  const one = metric === null ? undefined : day.metrics[metric];
  const told = one ?? day;
  const blocks = [
    [...heading(day, metric), ...wrap(cleanText(told.sentence), WIDTH).map((line) => colors.bold(line))],
    ...(one === undefined ? [table(day), remarks(day)] : []),
    facts(told),
    day.notes.flatMap((note) => wrap(cleanText(note), WIDTH)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function heading(
  { platform, account_id, account_name, user_id, date }: DayExplanation,
  metric: string | null,
): string[] {
  const account =
    account_id === null
      ? ''
      : ` ${formatAccount({ accountId: account_id, accountName: account_name, connectionId: account_id })}`;
  const text = `${platform}${account} of user ${user_id}, ${date}${metric === null ? '' : `, ${metric}`}`;
  return wrap(cleanText(text), WIDTH);
}

function table(day: DayExplanation): string[] {
  // A missing day's metrics repeat what is said about the day.
  const rows = metricsOf(day).filter(([, { value, state }]) => value !== null || state !== day.state);
  if (rows.length === 0) return [];
  return formatTable(
    COLUMNS,
    rows.map(([name, { value, state }]) => [
      cleanText(shorten(name, LONGEST_METRIC)),
      value === null ? '' : formatNumber(value),
      state.replace('_', ' '),
    ]),
  ).map((line) => `  ${line}`);
}

/** Sentences about single metrics; metrics with the same sentence share a line. */
function remarks(day: DayExplanation): string[] {
  const names = new Map<string, string[]>();
  for (const [name, { state, sentence, breaks, value }] of metricsOf(day)) {
    if ((state === 'final' && breaks.length === 0) || day.sentence.includes(sentence)) continue;
    // The table shows the value.
    const said = value === null ? sentence : sentence.replace(`The value of ${formatNumber(value)} is`, 'It is');
    names.set(said, [...(names.get(said) ?? []), name]);
  }
  return [...names].flatMap(([sentence, metrics]) =>
    wrap(cleanText(`${metrics.join(', ')}: ${sentence}`), WIDTH, '  '),
  );
}

/** All but retired names. */
function metricsOf({ metrics }: DayExplanation) {
  return Object.entries(metrics)
    .filter(([, { alias_of }]) => alias_of === null)
    .sort(([one], [other]) => one.localeCompare(other));
}

function facts({ reason, since, fix, due_at }: Pick<DayExplanation, 'reason' | 'since' | 'fix' | 'due_at'>): string[] {
  const instant = (text: string) => `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
  const lines = [
    ['reason', reason],
    ['since', since === null ? null : instant(since)],
    ['to do', fix],
    ['due', due_at === null ? null : instant(due_at)],
  ] as const;
  return lines.flatMap(([name, text]) =>
    text === null ? [] : wrap(`${name.padEnd(8)}${cleanText(text)}`, WIDTH, ' '.repeat(8)),
  );
}
