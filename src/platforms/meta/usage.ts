import { z } from 'zod';
import type { HttpAnswer, Rest } from '../../http/http.js';
import { parseJson } from '../../text.js';

/** At this percentage of the allowance, requests pause: calls while throttled lengthen the block. */
const NEARLY_USED_PERCENT = 90;
/** Used when the header gives no time. */
const DEFAULT_REST_MS = 60_000;

const percent = z.number().catch(0);
const usage = z.object({ call_count: percent, total_time: percent, total_cputime: percent });
const businessUsage = usage.extend({ estimated_time_to_regain_access: z.number().catch(0) });
const businessUsages = z.record(z.string(), z.array(businessUsage));

/**
 * The rests that Meta's usage headers call for: `X-App-Usage` covers the app, `X-Business-Use-Case-Usage` the account.
 * All figures are percentages; the time to regain access is in minutes. See "Rate Limits" in the Graph API documentation.
 */
export function restsIn(headers: HttpAnswer['headers']): Rest[] {
  const app = read(headers['x-app-usage'], usage);
  const business = read(headers['x-business-use-case-usage'], businessUsages);
  const rests: Rest[] = [];
  if (app !== undefined && isNearlyUsed(app)) rests.push({ of: 'app', ms: DEFAULT_REST_MS });
  for (const entry of Object.values(business ?? {}).flat()) {
    const minutes = entry.estimated_time_to_regain_access;
    if (isNearlyUsed(entry)) rests.push({ of: 'account', ms: minutes > 0 ? minutes * 60_000 : DEFAULT_REST_MS });
  }
  return rests;
}

function isNearlyUsed({ call_count, total_time, total_cputime }: z.infer<typeof usage>): boolean {
  return Math.max(call_count, total_time, total_cputime) >= NEARLY_USED_PERCENT;
}

function read<T>(header: string | undefined, schema: z.ZodType<T>): T | undefined {
  return header === undefined ? undefined : schema.safeParse(parseJson(header)).data;
}
