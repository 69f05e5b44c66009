import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { redact } from '../http/redact.js';
import type { SpanFacts } from '../report/spans.js';
import { oneLine } from '../text.js';
import type { SendTrace } from './traces.js';
import { readVersion } from './version.js';

/** How long a run waits for a collector that does not answer, including retries. */
const MOST_MS = 3_000;

/** Sends spans over OTLP, as JSON over HTTP. */
export function createSender(): SendTrace {
  const { OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: ofTraces, OTEL_EXPORTER_OTLP_TIMEOUT: ofAll } = process.env;
  const timeoutMillis = Math.min(Number(ofTraces ?? ofAll) || MOST_MS, MOST_MS);
  // The exporter's own timeout begins once it is connected.
  const exporter = new OTLPTraceExporter({ timeoutMillis, httpAgentOptions: { keepAlive: true, timeout: MOST_MS } });
  const own = resourceFromAttributes({ 'service.name': 'analytics-collect', 'service.version': readVersion() });
  const provider = new NodeTracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('analytics-collect', readVersion());

  function add({ name, startedAt, finishedAt, attributes, events, hasFailed }: SpanFacts, parent = ROOT_CONTEXT) {
    const span = tracer.startSpan(name, { startTime: startedAt, attributes }, parent);
    for (const event of events) span.addEvent(event.name, event.attributes, event.at);
    if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(finishedAt);
    return trace.setSpan(ROOT_CONTEXT, span);
  }

  return async ({ run, parts }) => {
    const parent = add(run);
    for (const part of parts) add(part, parent);
    await provider.forceFlush({ timeoutMillis: MOST_MS + 500 }).catch((errors: unknown) => {
      const [error] = Array.isArray(errors) ? errors : [errors];
      throw new Error(reasonOf(error), { cause: error });
    });
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as { readonly code?: unknown };
  return oneLine(redact(error.message || (code === undefined ? error.name : `HTTP ${code}`)));
}
