import type { RefusedMetrics } from '../platforms/platform.js';

/** Remembers, for the length of a run, which metrics an API refuses, and tells of each once. */
export function createRefusals(warn: (message: string) => void): RefusedMetrics {
  const refused = new Set<string>();
  const key = (api: string, metric: string) => `${api} ${metric}`;
  return {
    has: (api, metric) => refused.has(key(api, metric)),
    add(api, metric, why) {
      if (refused.has(key(api, metric))) return;
      refused.add(key(api, metric));
      warn(`${api} refuses the metric ${metric}; the others are collected without it (${why})`);
    },
  };
}
