import { expect, test } from 'vitest';
import { hasBrowser } from '../../src/cli/browser.js';

test.each([
  ['a Mac', { platform: 'darwin', env: {} }, true],
  ['Windows', { platform: 'win32', env: {} }, true],
  ['Linux with a display', { platform: 'linux', env: { DISPLAY: ':0' } }, true],
  ['Linux with Wayland', { platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } }, true],
  ['Linux inside Windows', { platform: 'linux', env: { WSL_DISTRO_NAME: 'Debian' } }, true],
  ['Linux without a display', { platform: 'linux', env: {} }, false],
  ['a Mac over SSH', { platform: 'darwin', env: { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' } }, false],
  ['SSH with a forwarded display', { platform: 'linux', env: { DISPLAY: ':10', SSH_TTY: '/dev/pts/0' } }, false],
])('a browser that is opened on %s is seen: %j', (_, desk, expected) => {
  expect(hasBrowser({ ...desk, isUnattended: false })).toBe(expected);
  expect(hasBrowser({ ...desk, isUnattended: true })).toBe(false);
});
