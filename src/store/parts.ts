/** Which users a call is for, as the SQL functions take it: `parts` is null in the first call, whose answer has it. */
interface Part {
  readonly part: number;
  readonly parts: number | null;
}

/** Calls for one part of the users after another: for all of them at once, unless the tables are large. */
export async function forEachPart<Answer extends { readonly parts: number }>(
  ask: (part: Part) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = [await ask({ part: 0, parts: null })];
  const parts = answers[0]?.parts ?? 1;
  for (let part = 1; part < parts; part++) answers.push(await ask({ part, parts }));
  return answers;
}
