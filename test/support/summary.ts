import { expect } from 'vitest';
import type { Summary } from '../../src/report/summary.js';

/** No state, connection, user or platform is lost between the totals and their parts. */
export function expectCountsAddUp({ users, connections, days, platforms, metrics, ...summary }: Summary): void {
  const { planned, ...states } = days;
  expect(sum(Object.values(states))).toBe(planned);
  expect(connections.succeeded + connections.failed + connections.skipped).toBe(connections.total);
  expect(users.succeeded + users.failed).toBe(users.total);
  expect(summary.failures.length + summary.failures_omitted).toBe(connections.failed);
  const parts = Object.values(platforms);
  for (const part of parts) expect(part.succeeded + part.failed + part.skipped).toBe(part.connections);
  for (const total of ['succeeded', 'failed', 'skipped'] as const) {
    expect(sum(parts.map((part) => part[total]))).toBe(connections[total]);
  }
  expect(sum(parts.map((part) => part.metrics))).toBe(sum(Object.values(metrics)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
