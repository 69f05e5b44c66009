import { type Check, isWell } from '../../report/doctor-check.js';
import { count } from '../../text.js';
import type { SandboxFlag } from '../sandbox-flags.js';
import type { Colors } from './colors.js';
import { cleanText, WIDTH } from './text.js';
import { wrap } from './wrap.js';

/** As long as the longest name, `connection`. */
const NAME_WIDTH = 10;
const INDENT = ' '.repeat(NAME_WIDTH + 4);

/** A check, wrapped, and what to do about it, unless that is the same as for the check before. */
export function renderCheck({ name, ok, level, message, fix }: Check, colors: Colors, before?: Check): string {
  const [mark, paint] = ok
    ? ['✓', colors.green]
    : level === 'error'
      ? ['✗', colors.red]
      : level === 'warning'
        ? ['!', colors.yellow]
        : ['-', colors.dim];
  const [first = '', ...others] = wrap(cleanText(message), WIDTH - INDENT.length);
  const fixes =
    fix === null || fix === '' || fix === before?.fix ? [] : wrap(`→ ${cleanText(fix)}`, WIDTH - INDENT.length);
  return [
    `${paint(mark)} ${name.padEnd(NAME_WIDTH)}  ${first}`,
    ...[...others, ...fixes].map((line) => `${INDENT}${line}`),
    '',
  ].join('\n');
}

/** Sums up, and names the next command. */
export function renderVerdict(checks: readonly Check[], colors: Colors, sandbox: SandboxFlag = ''): string {
  const wrong = checks.filter(({ ok }) => !ok);
  const number = (level: Check['level']) => wrong.filter((check) => check.level === level).length;
  const [errors, warnings, open] = [number('error'), number('warning'), number('info')];
  const parts = [
    ...(errors > 0 ? [colors.red(count(errors, 'problem'))] : []),
    ...(warnings > 0 ? [colors.yellow(count(warnings, 'warning'))] : []),
    ...(open > 0 ? [`${open} not checked`] : []),
  ];
  const isAll = wrong.length === 0;
  const verdict = isAll ? colors.green(`All ${checks.length} checks passed`) : parts.join(', ');
  const next = wrong.find((check) => check.next !== undefined)?.next;
  const then =
    next === undefined && errors > 0
      ? `Fix ${errors === 1 ? 'it' : 'them'}, then run analytics-collect doctor${sandbox} again.`
      : `Next: ${next ?? `analytics-collect status${sandbox}`}`;
  const isLong = (parts.join(', ') + then).length > WIDTH - 3;
  return `\n${verdict}.${isLong ? '\n' : ' '}${then}\n`;
}

export function doctorJson(checks: readonly Check[]) {
  return {
    ok: isWell(checks),
    checks: checks.map(({ name, ok, level, message, fix }) => ({ name, ok, level, message, fix })),
  };
}
