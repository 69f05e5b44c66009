import type { AllowedFailures } from '../alerts/exit-code.js';
import { usageError } from './flags.js';

/** A number of connections, or a share of them: `5`, `2.5%`. */
export function parseAllowedFailures(text: string): AllowedFailures {
  const [, digits, percent] = /^(\d{1,9}(?:\.\d{1,6})?)(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (percent === '%' && number <= 100) return { kind: 'share', most: number / 100 };
  if (percent === '' && Number.isInteger(number)) return { kind: 'connections', most: number };
  throw usageError(
    `--allow-failures ${JSON.stringify(text)} is neither a number of connections nor a percentage.`,
    'For example --allow-failures 2%.',
  );
}
