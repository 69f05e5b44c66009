/** The style of what is above the report, in the report's colours. */
export const STYLE = `
.bar { display: flex; align-items: center; justify-content: space-between; margin: -20px 0 16px; }
.card { margin: 0 0 40px; padding: 20px 24px; background: var(--soft); border: 1px solid var(--rule); border-radius: 10px; }
.card h2 { display: flex; align-items: baseline; gap: 10px; font-size: 20px; line-height: 1.3; }
.card h3 { margin-top: 20px; }
.card code { background: none; padding: 0; }
.since { color: var(--muted); font-size: 14px; margin-top: 2px; }
.next { color: var(--muted); font-size: 14px; margin-top: 16px; }
.why { margin-top: 12px; border-left: 3px solid var(--bad); padding-left: 12px; }
.mark { flex: none; width: 10px; height: 10px; border-radius: 50%; background: var(--muted); transform: translateY(-1px); }
.mark.good { background: var(--good); } .mark.some { background: var(--warn); } .mark.bad { background: var(--bad); }
.mark.busy { background: var(--line); animation: pulse 1.6s ease-in-out infinite; }
@keyframes pulse { 50% { opacity: 0.3; } }
.progress { display: flex; align-items: center; gap: 12px; margin-top: 16px; }
.progress span { min-width: 52px; text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; }
progress { flex: 1; min-width: 0; height: 10px; appearance: none; border: 0; border-radius: 5px; background: var(--rule); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--rule); }
progress::-webkit-progress-value { background: var(--line); border-radius: 5px; }
progress::-moz-progress-bar { background: var(--line); border-radius: 5px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 12px 16px; margin: 16px 0 0; }
.figures dt { color: var(--muted); font-size: 13px; }
.figures dd { margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.3; }
.card .list { max-width: 480px; margin-top: 16px; }
.card .list tbody :is(th, td) { color: var(--ink); font-size: 14px; }
/* Hidden once the report is there. */
.making:has(~ main) { display: none; }
.failures { list-style: none; margin: 6px 0 0; padding: 0; font-size: 14px; }
.failures li { border-top: 1px solid var(--rule); padding: 8px 0; }
.failures p:first-child { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 12px; }
.failures .note { margin-top: 0; }
.failures code { color: var(--bad); line-height: 20px; }
button { font: inherit; font-weight: 600; cursor: pointer; border: 1px solid transparent; border-radius: 8px; padding: 9px 16px; background: var(--line); color: var(--paper); }
button.quiet { padding: 4px 12px; background: none; border-color: var(--rule); color: var(--ink); font-weight: 400; font-size: 14px; }
button:hover { filter: brightness(1.08); }
button.quiet:hover { border-color: var(--muted); }
.login { display: grid; place-items: center; min-height: calc(100vh - 104px); min-height: calc(100dvh - 104px); }
.login .card { display: grid; gap: 8px; width: 100%; max-width: 384px; margin: 0; padding: 32px; }
.login h1 { margin-bottom: 12px; font-size: 20px; }
.login button { margin-top: 8px; }
.hint { color: var(--muted); font-size: 14px; }
label { font-weight: 600; font-size: 14px; }
input { font: inherit; width: 100%; padding: 9px 12px; border: 1px solid var(--muted); border-radius: 8px; background: var(--paper); color: inherit; }
input[aria-invalid] { border-color: var(--bad); }
.mistake { color: var(--bad); font-size: 14px; }
@media (max-width: 640px) {
  .bar { margin-top: -8px; }
  .card { padding: 16px; margin-bottom: 32px; }
  .figures { grid-template-columns: repeat(2, 1fr); }
}
@media (prefers-reduced-motion: reduce) { .mark { animation: none !important; } }
@media print { .bar, .card { display: none; } }
`;
