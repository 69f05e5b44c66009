import { DAY_MS } from '../clock.js';
import type { AlertsConfig } from '../config.js';
import { CollectError, EndedElsewhere, LeaseHeld } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import type { Delivery, DeliveryTimes } from '../http/deliver.js';
import type { CollectEvent } from '../report/events.js';
import type { Summary } from '../report/summary.js';
import { describeCrash, describeRun, isAlarming } from './message.js';

/** Alerts people about runs and pings a healthcheck. Nothing here throws, and each call ends within a minute. */
export interface Alerts {
  /** `countsForHealthcheck`: whether to ping. A run over some accounts or named days must not hide that the full run is missing. */
  ofRun(run: { readonly countsForHealthcheck: boolean }): RunAlerts;
  /** Sends a message marked as a test. Returns null, or why delivery failed. */
  test(): Promise<string | null>;
}

/** The alerts of one run. */
export interface RunAlerts {
  onEvent(event: CollectEvent): void;
  ended(summary: Summary, exitCode: number, signal?: AbortSignal): Promise<void>;
  /** For a run that threw instead. */
  crashed(error: unknown, signal?: AbortSignal): Promise<void>;
}

export interface AlertsOptions extends AlertsConfig {
  /** Called with the reason when delivery failed; contains no secrets. */
  readonly warn: (message: string) => void;
  readonly times?: DeliveryTimes;
}

export const silentAlerts: RunAlerts = { onEvent() {}, async ended() {}, async crashed() {} };

export function createAlerts({ webhookUrl, details, healthcheckUrl, warn, times }: AlertsOptions): Alerts {
  /** Loaded only when there is something to deliver. */
  async function post(delivery: Delivery): Promise<string | null> {
    const { deliver } = await import('../http/deliver.js');
    return deliver(delivery, times);
  }

  async function send(delivery: Delivery | null, variable: string): Promise<void> {
    const problem = delivery && (await post(delivery));
    if (problem) warn(`${variable}: delivery failed: ${problem}`);
  }

  return {
    ofRun({ countsForHealthcheck }) {
      let runId: string | null = null;
      let begun: Promise<void> = Promise.resolve();
      const beginning = new AbortController();
      const ping = (event: string, text: string, signal?: AbortSignal) => {
        if (healthcheckUrl === null || !countsForHealthcheck) return Promise.resolve();
        return send({ url: pingUrl(healthcheckUrl, event, runId), body: { text }, signal }, 'HEALTHCHECK_URL');
      };
      const alert = (text: string, signal?: AbortSignal) =>
        send(webhookUrl === null ? null : { ...message(webhookUrl, text), signal }, 'ALERT_WEBHOOK_URL');
      const exited = async (exitCode: number, text: string, signal?: AbortSignal) => {
        signal?.addEventListener('abort', () => beginning.abort(), { once: true });
        await begun;
        await ping(exitCode === 0 ? '' : String(exitCode), text, signal);
      };

      return {
        onEvent(event) {
          // A process that joins a run may end it, but does not start it.
          if (event.type === 'lease') runId = event.runId;
          if (event.type !== 'started' || event.dryRun || event.isJoined) return;
          runId = event.runId;
          begun = ping('start', '', beginning.signal);
        },
        async ended(summary, exitCode, signal) {
          if (summary.dry_run) return;
          await Promise.all([
            isAlarming(summary) && alert(describeRun(summary, { details }), signal),
            exited(exitCode, describeRun(summary, { details: false }), signal),
          ]);
        },
        async crashed(error, signal) {
          if (isToldElsewhere(error)) return;
          const text = describeCrash(error);
          const exitCode = error instanceof CollectError ? error.exitCode : EXIT.failed;
          await Promise.all([alert(text, signal), exited(exitCode, text, signal)]);
        },
      };
    },
    async test() {
      if (webhookUrl === null) return 'ALERT_WEBHOOK_URL is not set';
      return post(message(webhookUrl, 'analytics-collect: this is a test alert.'));
    },
  };
}

/** The caller sees a usage error, and a run in progress reports itself, unless it has been stuck since before the last scheduled run. */
function isToldElsewhere(error: unknown): boolean {
  if (error instanceof LeaseHeld) return Date.now() - error.startedAt.getTime() <= DAY_MS;
  return error instanceof EndedElsewhere || (error instanceof CollectError && error.code === 'usage');
}

/** Slack and Mattermost show `text`, Discord shows `content`; each ignores fields that it does not know. */
function message(url: string, text: string): Delivery {
  return { url, body: { json: { text, content: text } } };
}

/** See https://healthchecks.io/docs/http_api/: `/start`, `/{exit code}`, nothing for success; `rid` ties the two together. */
function pingUrl(base: string, event: string, runId: string | null): string {
  const url = new URL(base);
  if (event !== '') url.pathname = `${url.pathname.replace(/\/$/, '')}/${event}`;
  if (runId !== null) url.searchParams.set('rid', runId);
  return url.href;
}
