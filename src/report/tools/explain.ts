import { z } from 'zod';
import { CollectError } from '../../errors.js';
import { bounded } from '../../text.js';
import { unknownName } from '../explain.js';
import { breakOutput, checkDate, dayInput, dayOutput, defineTool, userInput } from './tool.js';

const explanation = {
  state: z.enum(['final', 'provisional', 'corrected', 'missing', 'not_due', 'lost', 'doubtful']),
  sentence: z.string().describe('The state in words.'),
  reason: z.string().nullable(),
  since: z.string().nullable().describe('Since when the account fails.'),
  fix: z.string().nullable().describe('What to do about it.'),
  due_at: z.string().nullable().describe('When the platform is asked again.'),
};

export const explainTool = defineTool({
  name: 'explain',
  title: 'How certain a day is',
  description:
    "Explains one day of one account: for each metric, whether its value is final, provisional, corrected (from what, and when), or doubtful because all values fell to zero; for a missing value, why it is missing, since when, what to do, and when the platform is asked again. Ask this about a value that looks odd or is missing before you draw a conclusion from it. Without account_id, it explains the user's primary account on the platform.",
  input: {
    user_id: userInput,
    platform: z.string().min(1).describe('The platform, by its name in accounts.'),
    date: dayInput.describe("The platform's day, YYYY-MM-DD."),
    account_id: z.string().min(1).optional().describe('Another account of the user, from accounts.'),
    metric: z.string().min(1).optional().describe('Only this metric, by its stored name.'),
  },
  output: {
    user_id: z.string(),
    platform: z.string(),
    account_id: z.string().nullable(),
    account_name: z.string().nullable(),
    is_primary: z.boolean(),
    date: dayOutput,
    ...explanation,
    notes: z.array(z.string()),
    metrics: z.record(
      z.string(),
      z.object({
        ...explanation,
        value: z.number().nullable(),
        first: z
          .object({ value: z.number(), fetched_at: z.string() })
          .nullable()
          .describe('The first value, if the platform has corrected it since.'),
        revised_at: z.string().nullable(),
        alias_of: z.string().nullable(),
        breaks: z.array(breakOutput).describe('Changes in how the platform counts, in the seven days up to this one.'),
      }),
    ),
  },
  async answer({ store, now }, { user_id, platform, date, account_id = null, metric = null }) {
    checkDate(date);
    const request = { userId: user_id, platform, date, accountId: account_id, metric };
    const { unknown, known, ...day } = await store.explainDay(request, now());
    // Unlike `explain`, this does not list the existing users: not every caller may know them.
    if (unknown === 'user')
      throw new CollectError('usage', `There is no user ${JSON.stringify(bounded(user_id))}.`, 'See accounts.');
    if (unknown !== null) throw unknownName({ unknown, known, ...day }, request);
    return day;
  },
});
