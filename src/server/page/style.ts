/** Light and dark, from 320 pixels up. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #fff; --line: #dfe3e8; --text: #1a2029; --soft: #5b6573;
  --accent: #2459c9; --on-accent: #fff; --good: #1a7f37; --some: #9a6700; --bad: #c4222d; --track: #e7ebf0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0f1318; --card: #171c23; --line: #2b333d; --text: #e8ecf1; --soft: #9aa6b4;
    --accent: #7aa5ff; --on-accent: #0b1220; --good: #4ac26b; --some: #d9a53a; --bad: #ff7b7b; --track: #262d37;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main, .bar { max-width: 64rem; margin: 0 auto; padding: 0 1rem; }
.bar { display: flex; align-items: center; justify-content: space-between; min-height: 3.5rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.5rem; margin: 0 0 1.5rem; }
h1 { display: flex; align-items: baseline; gap: .6rem; margin: 0; font-size: 1.375rem; line-height: 1.3; letter-spacing: -.01em; }
h2 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
p { margin: .5rem 0; }
.hint, .since { color: var(--soft); font-size: .875rem; }
section > .hint { margin: 1.25rem 0 0; }
.why { border-left: 3px solid var(--bad); padding-left: .75rem; }
.mark { flex: none; width: .65rem; height: .65rem; border-radius: 50%; background: var(--soft); transform: translateY(-.1rem); }
.mark.good { background: var(--good); } .mark.some { background: var(--some); } .mark.bad { background: var(--bad); }
.mark.busy { background: var(--accent); animation: pulse 1.6s ease-in-out infinite; }
@keyframes pulse { 50% { opacity: .3; } }
.progress { display: flex; align-items: center; gap: .75rem; margin: 1.25rem 0; font-variant-numeric: tabular-nums; }
.progress span { min-width: 3.2rem; text-align: right; font-weight: 600; }
progress { flex: 1; min-width: 0; height: .6rem; appearance: none; border: 0; border-radius: 1rem; background: var(--track); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--track); }
progress::-webkit-progress-value { background: var(--accent); border-radius: 1rem; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 1rem; margin: 1.25rem 0; }
.figures dt { color: var(--soft); font-size: .8125rem; }
.figures dd { margin: 0; font-size: 1.375rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.3; }
.figures small { color: var(--soft); font-size: .875rem; font-weight: 400; }
table { width: 100%; max-width: 32rem; border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem 0 .4rem 1rem; border-top: 1px solid var(--line); text-align: right; font-weight: 400; }
th:first-child { padding-left: 0; text-align: left; }
thead th { border: 0; color: var(--soft); font-size: .8125rem; }
.failures { list-style: none; margin: 0; padding: 0; font-size: .875rem; }
.failures li { border-top: 1px solid var(--line); padding: .6rem 0; color: var(--soft); }
.failures div { display: flex; flex-wrap: wrap; gap: 0 .75rem; color: var(--text); }
code { font: .875em/1.5 ui-monospace, monospace; }
.failures code { color: var(--bad); }
button { font: inherit; font-weight: 600; cursor: pointer; border: 1px solid transparent; border-radius: 8px; padding: .55rem 1rem; background: var(--accent); color: var(--on-accent); }
button.quiet { padding: .3rem .75rem; background: none; border-color: var(--line); color: var(--text); font-weight: 400; font-size: .875rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.login { display: grid; place-items: center; min-height: 100vh; min-height: 100dvh; padding: 1rem; }
.login .card { display: grid; gap: .5rem; width: 100%; max-width: 24rem; margin: 0; padding: 2rem; }
.login h1 { margin-bottom: .75rem; }
label { font-weight: 600; font-size: .875rem; }
input { font: inherit; width: 100%; padding: .55rem .75rem; border: 1px solid var(--soft); border-radius: 8px; background: var(--back); color: inherit; }
input[aria-invalid] { border-color: var(--bad); }
.login button { margin-top: .5rem; }
.mistake { margin: 0; color: var(--bad); font-size: .875rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) { .card { padding: 1.125rem; } .figures { grid-template-columns: repeat(2, 1fr); } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
`;
