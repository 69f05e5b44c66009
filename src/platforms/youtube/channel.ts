import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { NoChannel } from '../google/errors.js';
import { type Part, readValues } from '../shared/parts.js';
import { list } from '../shared/shape.js';
import type { YouTube } from './api.js';
import { TOTALS } from './metrics.js';

/** The token opens a channel other than the account's. */
export class WrongChannel extends PlatformError {
  constructor(id: string, accountId: string) {
    super(
      'configuration',
      `the token opens channel ${id}, not ${accountId}: correct the account id, or connect the right channel`,
      'connection',
    );
  }
}

const channelList = z.object({
  items: list(
    z.object({
      id: z.string().optional(),
      snippet: z.object({ title: z.string().optional() }).optional(),
      statistics: z.record(z.string(), z.unknown()).optional(),
    }),
    100,
  ).optional(),
});

/** The name of the token's channel. Throws `PlatformError`, including `WrongChannel`. */
export async function channelName(youtube: YouTube, accountId: string): Promise<string | null> {
  const channel = channelFrom(await youtube.channel('snippet'), accountId);
  return channel.snippet?.title ?? null;
}

/** The channel's totals as of now. Throws `PlatformError`, including `WrongChannel`. */
export async function channelTotals(youtube: YouTube, accountId: string): Promise<Part> {
  const { statistics = {} } = channelFrom(await youtube.channel('statistics'), accountId);
  const shown = TOTALS.filter((metric) => metric !== 'subscriberCount' || statistics.hiddenSubscriberCount !== true);
  return readValues(statistics, shown);
}

/** The channels that the token opens: one, but for rare cases. Throws `PlatformError`. */
export async function ownChannels(youtube: YouTube): Promise<{ id: string; title: string | null }[]> {
  const channels = channelsFrom(await youtube.channel('snippet'));
  return channels.flatMap(({ id, snippet }) => (id === undefined ? [] : [{ id, title: snippet?.title ?? null }]));
}

function channelsFrom(json: unknown) {
  const parsed = channelList.safeParse(json);
  if (!parsed.success) throw new PlatformError('unexpected_response', 'the list of channels has an unexpected form');
  return parsed.data.items ?? [];
}

function channelFrom(json: unknown, accountId: string) {
  const [channel] = channelsFrom(json);
  if (channel === undefined) throw new NoChannel();
  // `mine` follows the token.
  const { id = accountId } = channel;
  if (id !== accountId) throw new WrongChannel(id, accountId);
  return channel;
}
