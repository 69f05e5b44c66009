import { describe, expect, it } from 'vitest';
import { noColors } from '../../../src/cli/render/colors.js';
import { doctorJson, renderCheck, renderVerdict } from '../../../src/cli/render/doctor.js';
import type { Check } from '../../../src/report/doctor-check.js';

const good: Check = { name: 'clock', ok: true, level: 'info', message: 'Within 1 s of 2 servers.', fix: null };
const bad: Check = { name: 'connection', ok: false, level: 'error', message: 'Cannot reach it.', fix: 'Start it.' };
const open: Check = { name: 'schema', ok: false, level: 'info', message: 'Not checked: no.', fix: null };
const warning: Check = {
  name: 'tls',
  ok: false,
  level: 'warning',
  message: 'In clear.',
  fix: 'Encrypt it.',
  next: 'x',
};

describe('a check', () => {
  it('is a line with a mark, and its fix below', () => {
    expect([good, bad, open, warning].map((check) => renderCheck(check, noColors)).join('')).toBe(
      `✓ clock       Within 1 s of 2 servers.
✗ connection  Cannot reach it.
              → Start it.
- schema      Not checked: no.
! tls         In clear.
              → Encrypt it.
`,
    );
  });

  it('is broken between words at 80 columns, and a path stays whole', () => {
    const path = `/${'x'.repeat(90)}`;
    const lines = renderCheck({ ...bad, message: `${'word '.repeat(30)}${path}` }, noColors).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([`${' '.repeat(14)}${path}`]);
    expect(lines.slice(1, -1).every((line) => line.startsWith(' '.repeat(14)))).toBe(true);
  });

  it('has no fix where it is that of the check before', () => {
    expect(renderCheck(bad, noColors, bad)).not.toContain('Start it');
  });

  it('holds no control characters from outside', () => {
    const text = renderCheck({ ...good, message: 'a\u001b[31mb\nc' }, noColors);
    expect(text).toContain('a [31mb c');
  });
});

describe('the last line', () => {
  it.each([
    [[good, good], 'All 2 checks passed. Next: analytics-collect status'],
    [[good, bad, open], '1 problem, 1 not checked. Fix it, then run analytics-collect doctor again.'],
    [[bad, bad], '2 problems. Fix them, then run analytics-collect doctor again.'],
    [[bad, warning], '1 problem, 1 warning. Next: x'],
  ])('sums up and names the next command: %#', (checks, line) => {
    expect(renderVerdict(checks, noColors)).toBe(`\n${line}\n`);
  });
});

it('the document fails only for errors, and has nothing internal', () => {
  expect(doctorJson([good, warning, open]).ok).toBe(true);
  expect(doctorJson([good, bad]).ok).toBe(false);
  expect(Object.keys(doctorJson([warning]).checks[0] ?? {})).toEqual(['name', 'ok', 'level', 'message', 'fix']);
});
