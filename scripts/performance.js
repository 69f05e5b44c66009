/*
 * Shows the figures of bench/results.json in docs/: the chart performance.svg, and the tables of performance.md.
 *
 *   npm run bench && node scripts/performance.js
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { figure, target, verdict } from '../bench/table.js';

const RESULTS = new URL('../bench/results.json', import.meta.url);
const CHART = new URL('../docs/performance.svg', import.meta.url);
const PAGE = new URL('../docs/performance.md', import.meta.url);
const FIGURES = /(?<=<!-- figures -->\n).*(?=<!-- end of figures -->)/s;

const PANEL = { width: 420, left: 64, right: 24, top: 76, bottom: 332, height: 380 };
const SECONDS = [0.1, 1, 10, 100, 1_000];
const STYLE = `
    text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
    .title { font-weight: 600; } .axis { fill: #59636e; } .grid { stroke: #d1d9e0; }
    .page { fill: #ffffff; stroke: #d1d9e0; }
    .line { fill: none; stroke-width: 2; } .bound { stroke-width: 1.5; stroke-dasharray: 5 4; }
    .naive { stroke: #cf222e; } .default { stroke: #0969da; } .wide { stroke: #1a7f37; } .bound { stroke: #59636e; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; } .axis { fill: #9198a1; } .grid { stroke: #3d444d; }
      .page { fill: #0d1117; stroke: #3d444d; }
      .naive { stroke: #ff7b72; } .default { stroke: #58a6ff; } .wide { stroke: #3fb950; } .bound { stroke: #9198a1; }
    }
  `;

const { machine, sections } = JSON.parse(readFileSync(RESULTS, 'utf8'));
if (sections.wall) writeFileSync(CHART, chart(sections.wall.series));
writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(FIGURES, figures()));

/** Wall time over accounts and over concurrency, both on logarithmic scales. */
function chart({ overAccounts, overConcurrency, naive }) {
  const wall = ({ wallMs }) => wallMs / 1_000;
  const bound = ({ boundMs }) => boundMs / 1_000;
  const accountsOf = ({ accounts }) => accounts;
  const concurrencyOf = ({ concurrency }) => concurrency;
  const at = (wanted) => overAccounts.filter(({ concurrency }) => concurrency === wanted);
  const tried = overConcurrency.map(concurrencyOf);
  const [{ accounts }] = overConcurrency;
  const naiveThere = naive.filter((point) => point.accounts === accounts);

  const left = panel(0, `Wall time over accounts`, 'accounts', at(32).map(accountsOf), [
    ...[32, 100].map((concurrency) => ({ style: 'bound', points: points(at(concurrency), accountsOf, bound) })),
    { style: 'naive', points: points(naive, accountsOf, wall) },
    { style: 'default', points: points(at(32), accountsOf, wall) },
    { style: 'wide', points: points(at(100), accountsOf, wall) },
  ]);
  const right = panel(
    PANEL.width,
    `Wall time of ${accounts.toLocaleString('en')} accounts over concurrency`,
    'requests at once',
    tried,
    [
      { style: 'bound', points: points(overConcurrency, concurrencyOf, bound) },
      ...naiveThere.map((point) => ({ style: 'naive', points: [tried[0], tried.at(-1)].map((x) => [x, wall(point)]) })),
      { style: 'default', points: points(overConcurrency, concurrencyOf, wall) },
    ],
  );
  const width = 2 * PANEL.width;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${PANEL.height}" width="${width}" height="${PANEL.height}" role="img">
  <title>Wall time of a run over accounts and over concurrency, next to the naive design</title>
  <style>${STYLE}</style>
  <rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${PANEL.height - 1}" rx="6"/>
${legend()}${left}${right}</svg>
`;
}

function points(list, x, y) {
  return list.map((each) => [x(each), y(each)]);
}

function legend() {
  const entries = [
    ['naive', 'naive design'],
    ['default', 'this tool (left: 32 at once)'],
    ['wide', 'this tool, 100 at once'],
    ['bound', 'latency alone'],
  ];
  let x = PANEL.left;
  return entries
    .map(([style, text]) => {
      const entry = `  <path class="line ${style}" d="M${x} 25h26"/><text x="${x + 33}" y="29">${text}</text>\n`;
      x += 33 + text.length * 7 + 24;
      return entry;
    })
    .join('');
}

/** One diagram: `ticks` are the marks of its horizontal axis, of which the first and the last are its ends. */
function panel(offset, title, unit, ticks, lines) {
  const [left, right] = [offset + PANEL.left, offset + PANEL.width - PANEL.right];
  const x = scale(ticks[0], ticks.at(-1), left, right);
  const y = scale(SECONDS[0], SECONDS.at(-1), PANEL.bottom, PANEL.top);
  const rows = SECONDS.map(
    (second) =>
      `  <path class="grid" d="M${left} ${y(second)}H${right}"/><text class="axis" x="${left - 8}" y="${y(second) + 4}" text-anchor="end">${second.toLocaleString('en')} s</text>\n`,
  );
  const columns = ticks.map(
    (tick) =>
      `  <path class="grid" d="M${x(tick)} ${PANEL.top}V${PANEL.bottom}"/><text class="axis" x="${x(tick)}" y="${PANEL.bottom + 18}" text-anchor="middle">${tick.toLocaleString('en')}</text>\n`,
  );
  const drawn = lines.map(
    ({ style, points }) =>
      `  <polyline class="line ${style}" points="${points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ')}"/>\n`,
  );
  return `  <text class="title" x="${left}" y="${PANEL.top - 14}">${title}</text>
${rows.join('')}${columns.join('')}  <text class="axis" x="${(left + right) / 2}" y="${PANEL.bottom + 38}" text-anchor="middle">${unit}</text>
${drawn.join('')}`;
}

function scale(low, high, from, to) {
  return (value) => Math.round((from + ((to - from) * Math.log(value / low)) / Math.log(high / low)) * 10) / 10;
}

/** Every row of every section, as tables of Markdown. */
function figures() {
  const tables = Object.entries(sections).map(([name, { title, at, rows, postgres }]) => {
    const lines = rows.map((row) => `| ${row.what} | ${figure(row)} | ${target(row)} | ${verdict(row)} |`);
    const made = `${at.slice(0, 10)}${postgres ? `, PostgreSQL ${postgres.split(' ')[0]}` : ''}`;
    return `### ${title}\n\n\`npm run bench -- ${name}\`, ${made}\n\n| | figure | target | |\n|---|--:|--:|---|\n${lines.join('\n')}\n`;
  });
  return `Node ${machine.node}, ${machine.cpu}, ${machine.memoryGb} GB of memory; clients, platforms and PostgreSQL on one machine.\n\n${tables.join('\n')}`;
}
