import { expect, it } from 'vitest';
import { createAttempts } from '../../src/server/attempts.js';

function attemptsOf(most: number) {
  const clock = { now: 5_000 };
  const attempts = createAttempts({ most, now: () => clock.now });
  const note = (times: number, client: string) => {
    for (let made = 0; made < times; made++) attempts.note(client);
  };
  return { clock, attempts, note };
}

it('tells a client how long to wait after its last allowed attempt, until the minute is over', () => {
  const { clock, attempts, note } = attemptsOf(3);
  note(2, 'a');
  expect(attempts.waitSeconds('a')).toBeNull();
  note(1, 'a');
  expect(attempts.waitSeconds('a')).toBe(60);
  expect(attempts.waitSeconds('b')).toBeNull();
  clock.now += 59_001;
  expect(attempts.waitSeconds('a')).toBe(1);
  clock.now += 999;
  expect(attempts.waitSeconds('a')).toBeNull();
  note(1, 'a');
  expect(attempts.waitSeconds('a')).toBeNull();
});

it('remembers at most 10,000 clients, and forgets the oldest', () => {
  const { attempts, note } = attemptsOf(1);
  for (let client = 0; client <= 10_000; client++) note(1, `${client}`);
  expect(attempts.waitSeconds('0')).toBeNull();
  expect(attempts.waitSeconds('1')).toBe(60);
  expect(attempts.waitSeconds('10000')).toBe(60);
});
