import { expect, it } from 'vitest';
import { createGuard } from '../../src/server/guard.js';

const SECRET = '0123456789abcdef';

function guardAt(start: number) {
  const clock = { now: start };
  const told: number[] = [];
  const guard = createGuard({ secret: SECRET, now: () => clock.now, onRefused: (count) => void told.push(count) });
  const kinds = (times: number, address: string, given?: string) =>
    Array.from({ length: times }, () => guard.judge(address, given).kind);
  return { clock, told, guard, kinds };
}

it('admits only the complete secret', () => {
  const { guard } = guardAt(0);
  expect(guard.judge('a', SECRET).kind).toBe('welcome');
  for (const wrong of [undefined, '', SECRET.slice(1), `${SECRET}0`, SECRET.toUpperCase()]) {
    expect(guard.judge('b', wrong).kind).toBe('wrong');
  }
});

it('tells only the address with ten wrong secrets in a minute to wait', () => {
  const { clock, guard, kinds } = guardAt(5_000);
  expect(kinds(12, 'a', 'wrong').slice(9)).toEqual(['wrong', 'too_many', 'too_many']);
  expect(kinds(1, 'b')).toEqual(['wrong']);
  clock.now += 45_000;
  expect(guard.judge('a', 'wrong')).toEqual({ kind: 'too_many', retryAfterSeconds: 15 });
  clock.now += 15_000;
  expect(kinds(1, 'a', 'wrong')).toEqual(['wrong']);
});

it('admits the right secret even then', () => {
  const { guard, kinds } = guardAt(0);
  kinds(100, 'proxy', 'wrong');
  expect(guard.judge('proxy', SECRET).kind).toBe('welcome');
});

it('remembers at most 10,000 addresses', () => {
  const { kinds } = guardAt(0);
  kinds(11, 'first', 'wrong');
  for (let index = 0; index < 10_000; index++) kinds(1, `address ${index}`);
  expect(kinds(1, 'first', 'wrong')).toEqual(['wrong']);
});

it('reports once a minute how many requests it refused', () => {
  const { clock, told, kinds } = guardAt(0);
  kinds(30, 'a', 'wrong');
  clock.now += 60_000;
  kinds(5, 'b', 'wrong');
  expect(told).toEqual([1, 30]);
});
