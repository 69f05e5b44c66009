/** The page's style: light and dark, on a screen of any width and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2126; --muted: #646d78; --rule: #e3e6ea; --soft: #f5f6f8;
  --line: #2f6db0; --good: #23784a; --warn: #d08a1d; --bad: #c2452f; --gap: #eceef1;
  --c4: #2f6db0; --l1: #7fabd8; --l2: #b9d0e8; --m1: #f0c987; --m2: #e29a3d; --m3: #c2452f; --c0: #eceef1;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e7ea; --muted: #98a2ae; --rule: #2a3037; --soft: #1b2026;
    --line: #6ea8e6; --good: #5cbf8a; --warn: #dca03f; --bad: #ea7a63; --gap: #23292f;
    --c4: #4c86c6; --l1: #38608d; --l2: #2b4562; --m1: #7d622f; --m2: #b97d2a; --m3: #d9604a; --c0: #23292f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 40px 24px 64px; max-width: 1200px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1, h2, h3, p, figure { margin: 0; }
h1 { font-size: 24px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; text-wrap: balance; }
h2 { font-size: 17px; font-weight: 650; letter-spacing: -0.005em; }
h3 { font-size: 15px; font-weight: 600; }
small, .facts, .lead, .note, .none, .period, figcaption span { color: var(--muted); }
small { font-size: 13px; font-weight: 400; }
.facts { margin-top: 8px; font-size: 14px; display: flex; flex-wrap: wrap; gap: 2px 20px; }
.lead { max-width: 88ch; margin-top: 4px; font-size: 14px; }
.note { max-width: 100ch; margin-top: 10px; font-size: 13px; }
.none { margin-top: 12px; font-size: 14px; }
section { margin-top: 44px; }
code { white-space: nowrap; font: 13px ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--soft); border-radius: 4px; padding: 1px 5px; }

.key { display: inline-flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 6px; width: 100%; font-size: 13px; }
.key > span { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
.key i { display: inline-block; width: 12px; height: 12px; border-radius: 2px; }
.key .solid, .key .dashed, .key .break { height: 0; width: 18px; border-radius: 0; border-top: 2px solid var(--line); }
.key .dashed { border-top-style: dashed; }
.key .gap { background: var(--gap); }
.key .break { width: 0; height: 13px; border-top: 0; border-left: 2px dashed var(--bad); }

.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 212px), 1fr)); gap: 20px 24px; margin-top: 14px; }
.wide { grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)); }
figure { min-width: 0; }
figure svg { display: block; width: 100%; height: auto; margin-top: 6px; overflow: visible; font: 10px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; font-size: 13px; line-height: 1.4; }
figcaption b { font-weight: 500; width: 100%; }
figcaption strong { font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums; }
figcaption em { font-style: normal; color: var(--muted); }
figcaption em.up { color: var(--good); }
figcaption em.down { color: var(--bad); }
.period { font-size: 12px; }
figcaption .period { width: 100%; }
article { margin-top: 28px; padding-top: 18px; border-top: 1px solid var(--rule); }
article:first-of-type { border-top: 0; padding-top: 0; margin-top: 20px; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { font-weight: 500; text-align: left; color: var(--muted); font-size: 13px; }
.n { text-align: right; white-space: nowrap; }
.left { text-align: left; }
.list { width: 100%; margin-top: 10px; font-size: 14px; }
.list th, .list td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
.list th:last-child, .list td:last-child { padding-right: 0; }
.listed { table-layout: fixed; }
.listed .since { width: 64px; white-space: nowrap; }
.list code { white-space: normal; }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--muted); font-size: 14px; width: fit-content; }
summary:hover { color: var(--ink); }
:focus-visible { outline: 2px solid var(--line); outline-offset: 3px; border-radius: 2px; }

.map { width: 100%; margin-top: 14px; table-layout: fixed; border-collapse: separate; border-spacing: 2px; font-size: 14px; }
.names { width: 192px; }
.map th { padding: 0 12px 0 0; vertical-align: middle; line-height: 1.3; }
.map tbody th { color: var(--ink); }
.map .day { padding: 0; font-size: 11px; white-space: nowrap; overflow: visible; position: relative; height: 18px; }
.map .day span { position: absolute; left: 0; bottom: 1px; }
.map .last span { left: auto; right: 0; }
.map td.n { padding: 0 10px 0 0; }
.map td.cell { padding: 0; height: 26px; border-radius: 3px; background: var(--c0); }
.c4 { background: var(--c4) !important; } .m1 { background: var(--m1) !important; } .m2 { background: var(--m2) !important; } .m3 { background: var(--m3) !important; }
.l1 { background: repeating-linear-gradient(135deg, var(--c4) 0 3px, var(--l1) 3px 6px) !important; }
.l2 { background: repeating-linear-gradient(135deg, var(--l2) 0 3px, var(--l1) 3px 5px) !important; }
.c0 { background: var(--c0) !important; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.todo { list-style: none; margin: 12px 0 0; padding: 0; display: grid; grid-template-columns: minmax(56px, auto) auto 1fr auto; gap: 0 16px; }
.todo > li { padding: 7px 0; border-top: 1px solid var(--rule); grid-column: 1 / -1; display: grid; grid-template-columns: subgrid; align-items: baseline; font-size: 14px; }
.todo > li:first-child { border-top: 0; }
.todo .many { white-space: nowrap; font-size: 17px; font-weight: 600; text-align: right; font-variant-numeric: tabular-nums; }
.todo code { justify-self: start; }
.todo .period { font-size: 13px; text-align: right; }
.todo .where { grid-column: 2 / -1; }
footer { margin-top: 56px; padding-top: 14px; border-top: 1px solid var(--rule); color: var(--muted); font-size: 13px; }

@media (max-width: 640px) {
  body { padding: 24px 16px 48px; }
  section { margin-top: 36px; }
  .list { font-size: 13px; }
  .list th, .list td { padding-right: 10px; }
  .map { border-spacing: 1px; font-size: 13px; }
  .map th { padding-right: 6px; }
  .map td.cell { border-radius: 2px; height: 30px; }
  .wideonly { display: none; }
  .todo { display: block; }
  .todo > li { grid-template-columns: auto 1fr; gap: 2px 12px; }
  .todo > li > :nth-child(n + 3) { grid-column: 1 / -1; }
  .todo code { justify-self: start; }
.todo .period { text-align: left; }
  .names { width: 84px; }
}
@media print {
  :root { color-scheme: light; }
  @page { margin: 14mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; max-width: none; font-size: 12px; }
  section { margin-top: 28px; }
  article, figure, tr, .todo > li { break-inside: avoid; }
  h2, h3, .lead { break-after: avoid; }
  .charts { grid-template-columns: repeat(4, 1fr); gap: 12px 16px; }
  .wide { grid-template-columns: repeat(3, 1fr); }
  summary { display: none; }
  details::details-content { content-visibility: visible; height: auto; }
}
`;
