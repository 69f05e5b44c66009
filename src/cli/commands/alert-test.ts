import { createAlerts } from '../../alerts/alerts.js';
import { loadConfig } from '../../config.js';
import { readEnvironment } from '../../environment.js';
import { CollectError } from '../../errors.js';

/** Sends one alert, marked as a test, so that delivery can be checked before it is needed. */
export async function testAlert(): Promise<void> {
  const { alerts } = loadConfig(readEnvironment());
  if (alerts.webhookUrl === null) {
    throw new CollectError(
      'config_invalid',
      'ALERT_WEBHOOK_URL is not set, so there is nowhere to send an alert.',
      'Set it to the address of an incoming webhook of Slack, Discord or Mattermost.',
    );
  }
  const problem = await createAlerts({ ...alerts, warn: () => undefined }).test();
  if (problem !== null) {
    throw new CollectError('check_failed', `The alert was not delivered: ${problem}.`, 'Check ALERT_WEBHOOK_URL.');
  }
  process.stdout.write('sent a test alert to ALERT_WEBHOOK_URL\n');
}
