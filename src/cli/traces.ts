import type { App } from '../app.js';
import { hasCode } from '../errors.js';
import type { RunTrace } from '../report/spans.js';

/** Sends a run's trace, in bounded time. Rejects when it was not delivered. */
export type SendTrace = (trace: RunTrace) => Promise<void>;

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const SDK = ['@opentelemetry/sdk-trace-node', '@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/resources'];

/** Sends the trace of each run where OpenTelemetry's variables ask for it. The SDK reads the other variables itself. */
export async function withTraces(
  collect: App['collect'],
  warn: (message: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<App['collect']> {
  const send = isWanted(environment) ? await loadSender(warn) : null;
  if (send === null) return collect;
  const { traceRun } = await import('../report/spans.js');
  const deliver = (trace: RunTrace) =>
    send(trace).catch((error: Error) => warn(`${ENDPOINT}: the trace was not delivered: ${error.message}`));

  return async (options, onEvent) => {
    const trace = traceRun();
    try {
      const summary = await collect(options, (event) => {
        trace.onEvent(event);
        onEvent(event);
      });
      await deliver(trace.ended(summary));
      return summary;
    } catch (error) {
      await deliver(trace.crashed(error));
      throw error;
    }
  };
}

function isWanted(environment: NodeJS.ProcessEnv): boolean {
  const endpoint = environment[ENDPOINT] || environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const isOff = environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || environment.OTEL_TRACES_EXPORTER === 'none';
  return Boolean(endpoint) && !isOff;
}

/** Null if the SDK, which is not among this package's dependencies, cannot be loaded. */
async function loadSender(warn: (message: string) => void): Promise<SendTrace | null> {
  try {
    const { createSender } = await import('./send-trace.js');
    return createSender();
  } catch (error) {
    const why = hasCode(error, 'ERR_MODULE_NOT_FOUND')
      ? `no traces are sent until the SDK is installed: npm install ${SDK.join(' ')}`
      : `no traces are sent, because the SDK failed: ${error instanceof Error ? error.message : error}`;
    warn(`${ENDPOINT}: ${why}`);
    return null;
  }
}
