import { describe, expect, it } from 'vitest';
import { type AlertsOptions, createAlerts } from '../../src/alerts/alerts.js';
import { CollectError, LeaseHeld } from '../../src/errors.js';
import { failure, summary } from '../cli/render/samples.js';
import { PATH, receiver } from '../support/receiver.js';

const RUN_ID = '6f1f9d3a-5f0e-4f4e-9d43-0f6d6a6a0001';
const STARTED = {
  type: 'started',
  runId: RUN_ID,
  scope: 'all',
  store: 'PostgreSQL',
  connections: 1,
  idle: 0,
  days: null,
  dryRun: false,
} as const;
const partial = summary({
  status: 'partial',
  run_id: RUN_ID,
  platforms: {
    instagram: {
      connections: 1,
      succeeded: 0,
      failed: 1,
      skipped: 0,
      metrics: 0,
      reasons: { needs_reconnect: 1 },
    },
  },
  failures: [failure({ user_id: 'user-one' })],
});

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

function alertsTo(options: Partial<AlertsOptions>) {
  const warnings: string[] = [];
  const alerts = createAlerts({
    webhookUrl: null,
    details: false,
    healthcheckUrl: null,
    warn: (message) => void warnings.push(message),
    times: { timeoutMs: 300, longestPauseMs: 5 },
    ...options,
  });
  return { alerts, warnings };
}

describe('a webhook', () => {
  it('gets one message under the names that Slack, Mattermost and Discord look for', async () => {
    const chat = await receiver();
    const { alerts } = alertsTo({ webhookUrl: chat.url });
    await alerts.ofRun({ countsForHealthcheck: true }).ended(partial, 3);
    const message = JSON.parse(chat.received[0]?.body ?? '');
    expect(message).toEqual({ text: expect.stringContaining('needs_reconnect'), content: message.text });
    expect(message.text).not.toContain('user-one');
    expect(chat.received).toHaveLength(1);
  });

  it('gets a message about a crashed run, but not about a lease held by another', async () => {
    const chat = await receiver();
    const run = alertsTo({ webhookUrl: chat.url }).alerts.ofRun({ countsForHealthcheck: true });
    await run.crashed(new LeaseHeld('r2', hoursAgo(23), 'run r2 is at work.', 'Wait.'));
    expect(chat.received).toEqual([]);
    await run.crashed(new CollectError('store_unreachable', 'no database.', 'Start it.'));
    expect(chat.received).toMatchObject([{ body: expect.stringContaining('store_unreachable') }]);
  });

  it('is retried if it fails, but not if it refuses', async () => {
    const recovering = await receiver(503, 502, 204);
    const { alerts, warnings } = alertsTo({ webhookUrl: recovering.url });
    await alerts.ofRun({ countsForHealthcheck: true }).ended(partial, 3);
    expect(recovering.received).toHaveLength(3);
    expect(warnings).toEqual([]);

    const refusing = await receiver(404);
    const gone = alertsTo({ webhookUrl: refusing.url });
    await gone.alerts.ofRun({ countsForHealthcheck: true }).ended(partial, 3);
    expect(refusing.received).toHaveLength(1);
    expect(gone.warnings).toEqual(['ALERT_WEBHOOK_URL: delivery failed: HTTP 404']);
  });

  it.each([
    ['is silent', 0, /timed out|ETIMEDOUT/],
    ['stays in trouble', 500, /HTTP 500/],
    ['leads elsewhere', 302, /HTTP 302/],
  ])('that %s is given up, and reported without its address', async (_, status, told) => {
    const chat = await receiver(status);
    const { alerts, warnings } = alertsTo({ webhookUrl: chat.url });
    await alerts.ofRun({ countsForHealthcheck: true }).ended(partial, 3);
    expect(warnings).toEqual([expect.stringMatching(told)]);
    expect(warnings.join()).not.toMatch(/T0000|127\.0\.0\.1/);
    expect(chat.received.map(({ url }) => url)).not.toContain('/elsewhere');
  });
});

describe('a healthcheck', () => {
  it('is pinged at the start and at the end, with the id of the run', async () => {
    const check = await receiver();
    const run = alertsTo({ healthcheckUrl: `${check.url}/` }).alerts.ofRun({ countsForHealthcheck: true });
    run.onEvent(STARTED);
    await run.ended(summary(), 0);
    expect(check.received.map(({ url }) => url)).toEqual([`${PATH}/start?rid=${RUN_ID}`, `${PATH}/?rid=${RUN_ID}`]);
    expect(check.received[1]?.body).toContain('completed: 300 of 300 connections ok');
  });

  it('is not pinged at the start by a process that joins a run', async () => {
    const check = await receiver();
    const run = alertsTo({ healthcheckUrl: `${check.url}/` }).alerts.ofRun({ countsForHealthcheck: true });
    run.onEvent({ ...STARTED, isJoined: true });
    await run.ended(summary(), 0);
    expect(check.received.map(({ url }) => url)).toEqual([`${PATH}/`]);
  });

  it('gets the exit code of a failed run, and never a user', async () => {
    const check = await receiver();
    const { alerts } = alertsTo({ healthcheckUrl: `${check.url}?create=1`, details: true });
    await alerts.ofRun({ countsForHealthcheck: true }).ended(partial, 3);
    await alerts.ofRun({ countsForHealthcheck: true }).crashed(new Error('boom'));
    expect(check.received.map(({ url }) => url)).toEqual([`${PATH}/3?create=1`, `${PATH}/1?create=1`]);
    expect(check.received[0]?.body).not.toContain('user-one');
  });

  it('is told of a run that another one has kept out for longer than a day, and of a locked database', async () => {
    const check = await receiver();
    const run = alertsTo({ healthcheckUrl: check.url }).alerts.ofRun({ countsForHealthcheck: true });
    await run.crashed(new LeaseHeld('r2', hoursAgo(23), 'run r2 is at work.', 'Wait.'));
    expect(check.received).toEqual([]);
    await run.crashed(new LeaseHeld('r2', hoursAgo(25), 'run r2 is at work.', 'Wait.'));
    await run.crashed(new CollectError('store_locked', 'process 7 has the folder.', 'Wait.'));
    expect(check.received).toMatchObject([
      { url: `${PATH}/4`, body: expect.stringContaining('lease_held') },
      { url: `${PATH}/4`, body: expect.stringContaining('store_locked') },
    ]);
  });

  it('is not pinged by a run for one user, nor by a dry run', async () => {
    const check = await receiver();
    const { alerts } = alertsTo({ healthcheckUrl: check.url });
    const ofOneUser = alerts.ofRun({ countsForHealthcheck: false });
    ofOneUser.onEvent(STARTED);
    await ofOneUser.ended(summary(), 0);
    const dry = alerts.ofRun({ countsForHealthcheck: true });
    dry.onEvent({ ...STARTED, dryRun: true });
    await dry.ended(summary({ dry_run: true }), 0);
    expect(check.received).toEqual([]);
  });

  it('is cancelled at once on a second Ctrl-C', async () => {
    const check = await receiver(0);
    const { alerts, warnings } = alertsTo({
      healthcheckUrl: check.url,
      times: { timeoutMs: 30_000, longestPauseMs: 5 },
    });
    const run = alerts.ofRun({ countsForHealthcheck: true });
    run.onEvent(STARTED);
    const impatient = new AbortController();
    const ended = run.ended(summary(), 0, impatient.signal);
    impatient.abort();
    await ended;
    expect(warnings).toHaveLength(2);
  });
});
