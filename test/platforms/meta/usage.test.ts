import { expect, it } from 'vitest';
import { restsIn } from '../../../src/platforms/meta/usage.js';

const business = (entry: object) => ({
  'x-business-use-case-usage': JSON.stringify({ '178414': [{ type: 'instagram', ...entry }] }),
});

it.each([
  ['plenty left', { 'x-app-usage': '{"call_count":28,"total_time":25,"total_cputime":89}' }, []],
  [
    'the app nearly used up',
    { 'x-app-usage': '{"call_count":28,"total_time":90,"total_cputime":25}' },
    [{ of: 'app', ms: 60_000 }],
  ],
  [
    'the account used up',
    business({ call_count: 100, estimated_time_to_regain_access: 19 }),
    [{ of: 'account', ms: 19 * 60_000 }],
  ],
  ['the account nearly used up, no time named', business({ call_count: 95 }), [{ of: 'account', ms: 60_000 }]],
  ['plenty of it left', business({ call_count: 3, total_cputime: 1, estimated_time_to_regain_access: 0 }), []],
  ['a header that is no JSON', { 'x-app-usage': 'busy', 'x-business-use-case-usage': '[' }, []],
  ['a header of another form', { 'x-app-usage': '[]', 'x-business-use-case-usage': '{"1":5}' }, []],
])('reads usage headers: %s', (_case, headers, rests) => {
  expect(restsIn(headers)).toEqual(rests);
});
