import { expect, it } from 'vitest';
import { createUserCounts } from '../../src/report/user-counts.js';

it('counts a user once, who fails if one of their accounts does, in whatever order the accounts end', () => {
  const users = createUserCounts();
  users.add('a', 3, false);
  users.add('b', 1, false);
  users.add('a', 3, true);
  users.add('a', 3, false);
  expect(users.counts()).toEqual({ total: 2, failed: 1 });
});

it('counts a user whose accounts are read on different pages, by which time some have ended', () => {
  const users = createUserCounts();
  users.add('a', 2, true);
  users.add('a', 1, false);
  expect(users.counts()).toEqual({ total: 1, failed: 1 });
});

it('counts a user some of whose accounts an interrupted run did not come to', () => {
  const users = createUserCounts();
  users.add('a', 2, true);
  expect(users.counts()).toEqual({ total: 1, failed: 1 });
});
