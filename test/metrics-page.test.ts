import { expect, it } from 'vitest';
import { loadConfig } from '../src/config.js';
import type { MetricInfo } from '../src/platforms/contract.js';
import { createPlatforms, DEFINITIONS } from '../src/platforms/registry.js';

/** `npx vitest run test/metrics-page.test.ts -u` regenerates the page. */
it('docs/metrics.md lists the metrics of every platform', async () => {
  const platforms = createPlatforms(loadConfig({}));
  const sections = DEFINITIONS.map(({ name, title }) => `## ${title}\n\n${table(platforms.get(name)?.metrics ?? [])}`);
  const page = `# Metrics

The metrics of each platform, under the names stored in \`metric\`, which are the platform's own. \`aggregate\` says how days may be combined: \`sum\` for counts of
events, \`last\` for levels, \`none\` for unique people, averages and ratios, which must never be added up or averaged. \`period\` is \`day\`, except for closing
figures (\`lifetime\`), filed under the day whose end is nearest, and for the reach of several days (\`week\`, \`days_28\`), filed under the last of them.

${sections.join('\n\n')}
`;
  await expect(page).toMatchFileSnapshot('../docs/metrics.md');
});

function table(metrics: readonly MetricInfo[]): string {
  const rows = metrics.map(({ name, unit, aggregate, period = 'day', meaning, aliasOf, approximate }) => {
    const alias = aliasOf === undefined ? '' : ` (${approximate ? 'nearest to' : 'same as'} \`${aliasOf}\`)`;
    return `| \`${name}\` | ${unit} | ${aggregate} | ${period} | ${meaning}${alias} |`;
  });
  return ['| metric | unit | aggregate | period | meaning |', '|---|---|---|---|---|', ...rows].join('\n');
}
