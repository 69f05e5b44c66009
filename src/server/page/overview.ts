import { html, raw } from '../../report/page/html.js';
import { ENDING, renderOpening, utf8 } from './document.js';
import { SCRIPT } from './script.js';

const NO_REPORT = '<main><p class="none">The report could not be made. See the log of the server.</p></main>';
/** How soon the page reloads without JavaScript. */
const REFRESH_SECONDS = { running: 10, waiting: 60 };

interface Overview {
  readonly nonce: string;
  readonly isRunning: boolean;
  /** As `renderPanel` made it. */
  readonly panel: string;
  /** The body of the report, in UTF-8; null if it could not be made. */
  readonly report: Promise<Uint8Array | null>;
}

/** The page in parts: the run is shown at once, the report once it is made. */
export async function* renderOverview({ nonce, isRunning, panel, report }: Overview): AsyncGenerator<Uint8Array> {
  const refreshSeconds = isRunning ? REFRESH_SECONDS.running : REFRESH_SECONDS.waiting;
  const above = html`${renderOpening({ nonce, title: 'Collection', refreshSeconds })}<div class="bar">
<strong>analytics-collect</strong>
<form method="post" action="logout"><button class="quiet">Sign out</button></form>
</div>
<div id="live" role="region" aria-label="Collection">${raw(panel)}</div>
<p id="lost" class="note" hidden>Connection lost. Trying again…</p>
<p id="said" class="hidden" role="status"></p>
<script nonce="${nonce}">${raw(SCRIPT)}</script>
<p class="note making">The report is being made…</p>
`;
  yield utf8(String(above));
  yield (await report) ?? utf8(NO_REPORT);
  yield utf8(ENDING);
}
