import type { RefusedMetrics } from '../contract.js';
import { InvalidParameter } from './errors.js';

/** If this many names are refused on their own and none is accepted, the names are not the reason. */
const MOST_REFUSED_ALONE = 3;

export interface FieldsRequest<T> {
  /** The key under which refusals are remembered. */
  readonly api: string;
  readonly fields: readonly string[];
  readonly refused: RefusedMetrics;
  readonly ask: (fields: readonly string[]) => Promise<T>;
}

/**
 * Asks for fields in one request. How the API answers an unknown name is not documented: if the request is refused as invalid, it is
 * repeated in halves, down to single names. Those that are refused on their own are left out. Throws what `ask` throws.
 */
export async function askTolerantly<T>({ api, fields, refused, ask }: FieldsRequest<T>): Promise<T[]> {
  const alone = new Map<string, InvalidParameter>();
  const answers: T[] = [];

  async function askFor(wanted: readonly string[]): Promise<void> {
    const [only] = wanted;
    if (only === undefined) return;
    try {
      answers.push(await ask(wanted));
      refused.accept(api, wanted);
    } catch (error) {
      if (!(error instanceof InvalidParameter)) throw error;
      if (wanted.length > 1) {
        const half = Math.ceil(wanted.length / 2);
        await askFor(wanted.slice(0, half));
        return askFor(wanted.slice(half));
      }
      alone.set(only, error);
      if (answers.length === 0 && alone.size === MOST_REFUSED_ALONE) throw error;
    }
  }

  await askFor(fields.filter((field) => !refused.has(api, field)));
  const [first] = alone.values();
  if (answers.length === 0) throw first ?? new InvalidParameter(`${api} refuses every field`);
  for (const [field, error] of alone) refused.add(api, field, error.message);
  return answers;
}
