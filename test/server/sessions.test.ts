import { expect, it } from 'vitest';
import { createSessions } from '../../src/server/page/sessions.js';

const SECRET = '0123456789abcdef';
const HOUR_MS = 3_600_000;

function sessionsAt(clock: { now: number }, secret = SECRET) {
  return createSessions({ secret, now: () => clock.now });
}

it('a session lasts for twelve hours, through restarts', () => {
  const clock = { now: Date.parse('2026-11-24T09:00:00Z') };
  const token = sessionsAt(clock).begin();
  clock.now += 12 * HOUR_MS - 1;
  expect(sessionsAt(clock).isOpen(token)).toBe(true);
  clock.now += 1;
  expect(sessionsAt(clock).isOpen(token)).toBe(false);
});

it('a token that was changed, shortened, made up or signed with another secret is refused', () => {
  const clock = { now: Date.parse('2026-11-24T09:00:00Z') };
  const sessions = sessionsAt(clock);
  const token = sessions.begin();
  const [id = '', end = '', signature = ''] = token.split('.');
  const later = String(Number(end) + HOUR_MS);
  const wrong = [
    undefined,
    '',
    '..',
    SECRET,
    id,
    `${id}.${end}`,
    `${id}.${end}.`,
    `${id}.${later}.${signature}`,
    `${id}x.${end}.${signature}`,
    `${id}.${end}.${signature.slice(1)}`,
    `${id}.${end}.${signature}x`,
    `${id}.${end}.${signature}=`,
    `${id}.${end}.${signature}.`,
    sessionsAt(clock, `${SECRET}0`).begin(),
  ];
  expect(wrong.filter((each) => sessions.isOpen(each))).toEqual([]);
  expect(sessions.isOpen(token)).toBe(true);
});

it('a session that was ended stays ended, and others stay open', () => {
  const sessions = sessionsAt({ now: 0 });
  const [one, other] = [sessions.begin(), sessions.begin()];
  sessions.end(one);
  expect(sessions.isOpen(one)).toBe(false);
  expect(sessions.isOpen(other)).toBe(true);
});

it('a token reveals nothing about the secret', () => {
  const token = sessionsAt({ now: 0 }).begin();
  expect(token).not.toContain(SECRET);
  expect(token).toMatch(/^[\w-]+\.\d+\.[\w-]+$/);
});
