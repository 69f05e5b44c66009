/** Replaces the panel with each new state that the server sends. The page works without it. */
export const SCRIPT = `
const live = document.getElementById('live');
const lost = document.getElementById('lost');
const said = document.getElementById('said');
const panel = () => live.firstElementChild;
let state = panel().dataset.state;

function show({ data }) {
  lost.hidden = true;
  live.innerHTML = data;
  document.title = panel().dataset.title + ' · analytics-collect';
  if (said.textContent !== panel().dataset.said) said.textContent = panel().dataset.said;
  if (state === 'running' && panel().dataset.state !== 'running') location.reload();
  state = panel().dataset.state;
}

function connect() {
  const source = new EventSource('progress');
  source.addEventListener('panel', show);
  source.addEventListener('open', () => { lost.hidden = true; });
  source.addEventListener('error', async () => {
    lost.hidden = false;
    // A browser reconnects by itself unless it was refused.
    if (source.readyState !== EventSource.CLOSED) return;
    const answer = await fetch('progress', { method: 'HEAD' }).catch(() => null);
    if (answer !== null && answer.status === 401) location.reload();
    else setTimeout(connect, 5000);
  });
}
connect();
`;
