import type { RefusedMetrics } from '../platforms/platform.js';

/** Instagram lists every valid metric in its refusal. */
const LONGEST_WHY = 80;

/** Remembers, for the length of a run, which metrics an API refuses, and tells of each once. */
export function createRefusals(warn: (message: string) => void): RefusedMetrics {
  const refused = new Set<string>();
  const key = (api: string, metric: string) => `${api} ${metric}`;
  return {
    has: (api, metric) => refused.has(key(api, metric)),
    add(api, metric, why) {
      if (refused.has(key(api, metric))) return;
      refused.add(key(api, metric));
      const said = why.length > LONGEST_WHY ? `${why.slice(0, LONGEST_WHY)}…` : why;
      warn(`${api} refuses the metric ${metric}; the others are collected without it (${said})`);
    },
  };
}
