import { beforeEach, expect, it } from 'vitest';
import { createRefusals, type Refusals, refusalWarnings, summedRefusals } from '../../src/collector/refusals.js';

const API = 'Instagram Graph API v25.0';

let warnings: string[];
let refusals: Refusals;
beforeEach(() => {
  warnings = [];
  refusals = createRefusals((message) => warnings.push(message));
});

const of = (account: number) => refusals.of(account, (text) => text.replace('EAAtoken', '[redacted]'));
const refuse = (...accounts: number[]) => {
  for (const account of accounts) of(account).add(API, 'views', 'must be a valid metric');
};

it('remembers a refused metric for the account, and warns once at the end', () => {
  refuse(1, 1);
  expect(warnings).toEqual([]);
  refusals.end();
  expect(warnings).toEqual([
    'Instagram Graph API v25.0 refuses the metric "views" for an account; it is collected without it (must be a valid metric)',
  ]);
});

it('counts only the accounts that are collected without the metric', () => {
  refuse(1, 1, 2);
  expect([of(1).has(API, 'views'), of(2).has(API, 'views'), of(3).has(API, 'views')]).toEqual([true, true, false]);
  expect([of(1).has(API, 'reach'), of(1).has('Instagram Graph API v26.0', 'views')]).toEqual([false, false]);
  refusals.end();
  expect(warnings).toEqual([expect.stringContaining('"views" for 2 accounts; they are collected without it')]);
});

it('skips a metric for all accounts after three refusals, and warns once', () => {
  refuse(1, 2, 3, 4);
  expect(of(5).has(API, 'views')).toBe(true);
  refusals.end();
  expect(warnings).toEqual([
    'Instagram Graph API v25.0 refuses the metric "views" for every account; it is skipped for the rest of this run (must be a valid metric)',
  ]);
});

it('does not skip a metric that another account was given, before or after', () => {
  of(9).accept(API, ['views', 'reach']);
  refuse(1, 2, 3);
  expect(of(5).has(API, 'views')).toBe(false);
  for (const account of [1, 2, 3]) of(account).add(API, 'saves', 'must be a valid metric');
  expect(of(5).has(API, 'saves')).toBe(true);
  of(4).accept(API, ['saves']);
  expect([of(5).has(API, 'saves'), of(1).has(API, 'saves')]).toEqual([false, true]);
});

it('reveals no secret that an API repeats', () => {
  of(1).add(API, 'views', 'EAAtoken may not read views');
  refusals.end();
  expect(warnings.join()).toContain('[redacted] may not');
});

it('warns of the parts of a run as of the whole', () => {
  refuse(1);
  const first = refusals.taken();
  refuse(1, 2);
  const second = refusals.taken();
  expect(refusals.taken()).toEqual([]);
  const both = summedRefusals([...first, ...second]);
  expect(both).toMatchObject([{ accounts: 2 }]);
  expect(refusalWarnings(both)).toEqual([expect.stringContaining('"views" for 2 accounts;')]);
  refuse(3);
  expect(refusalWarnings([...both, ...refusals.taken()])).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('for every account')]);
});
