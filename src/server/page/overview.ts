import { html, raw } from 'hono/html';
import { type Html, renderDocument } from './document.js';
import { SCRIPT } from './script.js';

/** Without script, how soon the page is loaded again. */
const REFRESH_SECONDS = 10;

interface Overview {
  readonly nonce: string;
  /** As `renderPanel` made it. */
  readonly panel: string;
}

export function renderPage({ nonce, panel }: Overview): Html {
  return renderDocument({
    nonce,
    title: 'Collection',
    script: SCRIPT,
    refreshSeconds: REFRESH_SECONDS,
    body: html`<header class="bar">
  <strong>analytics-collect</strong>
  <form method="post" action="logout"><button class="quiet">Sign out</button></form>
</header>
<main>
<div id="live">${raw(panel)}</div>
<p id="lost" class="hint" hidden>Connection lost. Trying again…</p>
<p id="said" class="unseen" role="status"></p>
</main>`,
  });
}
