import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../src/errors.js';
import type { Collected, PlatformContext } from '../../src/platforms/contract.js';
import { type Answer, lentContext, serveApi } from './api.js';
import { withClosing } from './collected.js';

const FOLDER = resolve(import.meta.dirname, '../recorded');

/** An answer as it was recorded; see test/recorded/README.md. */
interface Recorded {
  readonly request: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What a recorded answer should come to. Whatever is not named is expected not to be: no row, no failure, no warning, no retry. */
export interface Expectation {
  /** What the recording says, for people. */
  readonly shows: string;
  /** Metric to value, by day. */
  readonly rows?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Metric to its splits, by kind, of the last day. */
  readonly splits?: Readonly<Record<string, object>>;
  /** Reason and scope of the failure, of the account or of its first failed day. */
  readonly fails?: string;
  /** Reason of the days that are skipped. */
  readonly skips?: string;
  /** In the failure's message. */
  readonly says?: RegExp;
  /** Not in the failure's message. */
  readonly neverSays?: RegExp;
  /** The platform's warnings, in order. */
  readonly warns?: readonly RegExp[];
  readonly retried?: number;
  /** Requests in all, where their number matters. */
  readonly requests?: number;
  /** Moves ids, dates and names in the recorded answer to what is asked for. */
  readonly edit?: (body: string) => string;
}

/** How a platform is asked while an API answers. */
export interface Feeding {
  readonly now: Date;
  readonly lastEndedDate?: string;
  readonly answer: (url: URL, token: string) => Answer;
  readonly collect: (url: string, context: PlatformContext) => Promise<Collected>;
}

/** Feeds each recorded answer of a folder through a platform's code, and holds what comes of it to the table. */
export function holdRecorded<E extends Expectation>(
  folder: string,
  table: Readonly<Record<string, E>>,
  feed: (answer: Answer, expected: E, recorded: Recorded) => Feeding,
): void {
  describe(`recorded answers: ${folder}`, () => {
    it('all have an expectation', () => {
      expect(Object.keys(table).sort()).toEqual(readdirSync(resolve(FOLDER, folder)).sort());
    });

    it.each(Object.entries(table).map(([file, expected]) => ({ file, expected, shows: expected.shows })))(
      '$file: $shows',
      async ({ file, expected }) => {
        const recorded = readRecorded(`${folder}/${file}`, expected.edit);
        const outcome = await outcomeOf(feed(answerFrom(recorded), expected, recorded));
        expect(outcome.failure).toBe(expected.fails ?? null);
        expect(outcome.rows).toEqual(expected.rows ?? {});
        expect(outcome.skipped).toBe(expected.skips ?? null);
        if (expected.splits) expect(outcome.splits).toEqual(expected.splits);
        if (expected.says) expect(outcome.message).toMatch(expected.says);
        if (expected.neverSays) expect(outcome.message).not.toMatch(expected.neverSays);
        expect(outcome.warnings).toEqual((expected.warns ?? []).map((text) => expect.stringMatching(text)));
        expect(outcome.retried).toBe(expected.retried ?? 0);
        if (expected.requests !== undefined) expect(outcome.requests).toBe(expected.requests);
      },
    );
  });
}

/** One recorded answer, `folder/file.json`. */
export function readRecorded(path: string, edit: Expectation['edit'] = (body) => body): Recorded {
  const recorded: Recorded = JSON.parse(readFileSync(resolve(FOLDER, path), 'utf8'));
  return { ...recorded, body: JSON.parse(edit(JSON.stringify(recorded.body))) };
}

export function answerFrom({ status, body, headers }: Recorded): Answer {
  return [status, body, headers];
}

async function outcomeOf({ now, lastEndedDate, answer, collect }: Feeding) {
  const { url, requests } = await serveApi(answer);
  const { context, counters } = lentContext(now, lastEndedDate ?? null);
  const warnings = new Set<string>();
  const warn = (message: string) => void warnings.add(message);
  const refused = { ...context.refused, add: refusedWith(context, warn) };
  const { results, thrown } = await settled(collect(url, { ...context, refused, warn }));
  const [error = null] = [
    ...(thrown === null ? [] : [thrown]),
    ...results.flatMap((result) => (result.kind === 'failed' ? [result.error] : [])),
  ];
  const valued = results.flatMap((result) => ('values' in result && result.values.length > 0 ? [result] : []));
  return {
    failure: error === null ? null : `${error.reason} ${error.scope}`,
    message: error?.message ?? '',
    rows: Object.fromEntries(
      valued.map(({ date, values }) => [date, Object.fromEntries(values.map(({ metric, value }) => [metric, value]))]),
    ),
    splits: Object.fromEntries(
      (valued.at(-1)?.values ?? []).flatMap(({ metric, value: _, ...splits }) =>
        Object.keys(splits).length > 0 ? [[metric, splits]] : [],
      ),
    ),
    skipped: results.flatMap((result) => (result.kind === 'skipped' ? [result.reason] : [])).at(0) ?? null,
    warnings: [...warnings],
    retried: counters.retried,
    requests: requests.length,
  };
}

/** What is refused is remembered as it is in a run, and told with the platform's own warnings. */
function refusedWith({ refused }: PlatformContext, warn: (message: string) => void): PlatformContext['refused']['add'] {
  return (api, metric, why) => {
    if (!refused.has(api, metric)) warn(`${api} refuses ${metric}: ${why}`);
    refused.add(api, metric, why);
  };
}

async function settled(collecting: Promise<Collected>) {
  try {
    return { results: withClosing(await collecting), thrown: null };
  } catch (error) {
    if (error instanceof PlatformError) return { results: [], thrown: error };
    throw error;
  }
}
