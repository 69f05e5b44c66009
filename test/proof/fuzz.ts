import fc from 'fast-check';
import { expect } from 'vitest';

/** `FUZZ_SECONDS` is how long each parser is fuzzed; `FUZZ_SEED` and `FUZZ_PATH` repeat what was found. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 3);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const { FUZZ_PATH: PATH } = process.env;
const MOST_RUNS = 10_000_000;

/** Holds what a parser promises against as many inputs as the time allows; a failure says the command that repeats it. */
export async function fuzz<Input>(
  inputs: fc.Arbitrary<Input>,
  promise: (input: Input) => Promise<void> | void,
): Promise<void> {
  const found = await fc.check(
    fc.asyncProperty(inputs, async (input) => promise(input)),
    {
      seed: SEED,
      ...(PATH !== undefined && { path: PATH }),
      numRuns: MOST_RUNS,
      interruptAfterTimeLimit: SECONDS * 1_000,
      markInterruptAsFailure: false,
    },
  );
  const title = expect.getState().currentTestName?.replaceAll(' > ', ' ') ?? '';
  const again = (path: string) =>
    `FUZZ_SEED=${SEED}${path} npx vitest run --project proof test/proof/fuzz.test.ts -t '${title}'`;
  process.stdout.write(`${found.numRuns} inputs: ${again('')}\n`);
  if (!found.failed || found.counterexample === null) return;
  throw new Error(
    `${fc.defaultReportMessage(found)}\nRepeat it: ${again(` FUZZ_PATH=${found.counterexamplePath ?? ''}`)}`,
  );
}

const HOSTILE = [
  ...['', '__proto__', 'constructor', '\u0000', '\ud800', 'x'.repeat(3_000), '1e400', '9007199254740993', 'NaN'],
  ...['2026-11-21', '2026-13-99', '2026-11-21T08:00:00+0000', '##[error]', '::error::', '[redacted]'],
  ...[0, -0, -1, 1.5, 1e308, 2 ** 53, true, false, null, [], {}, [[]], [null], { data: null }],
];

/** Any JSON, and what parsers stumble over. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(...HOSTILE), fc.jsonValue());

interface Change {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'repeat';
  readonly value: unknown;
}

const changes = fc.array(
  fc.record<Change>({ at: fc.nat(), how: fc.constantFrom('replace', 'remove', 'repeat'), value: anyJson }),
  { maxLength: 4 },
);

/** A valid value with up to four of its parts replaced, removed or repeated. */
export function nearly(valid: unknown): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 9, arbitrary: changes.map((made) => made.reduce(changed, structuredClone(valid))) },
    { weight: 1, arbitrary: anyJson },
  );
}

function changed(root: unknown, { at, how, value: shared }: Change): unknown {
  const value = structuredClone(shared);
  const places = placesIn(root);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return value;
  const [holder, key] = place;
  if (how === 'replace') Reflect.set(holder, key, value);
  else if (how === 'remove') Reflect.deleteProperty(holder, key);
  else if (Array.isArray(holder)) holder.push(...structuredClone(holder.slice(0, 20)));
  return root;
}

/** Every place in a JSON value that holds another, by its holder and key. */
function placesIn(value: unknown): [object, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [[value, key] as [object, string], ...placesIn(each)]);
}

/** Texts that look like those of a configuration, and any others. */
export function textsLike(...parts: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'binary', maxLength: 8 }), fc.string());
  return fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
}
