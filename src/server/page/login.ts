import { type Html, html, raw } from '../../report/page/html.js';
import { ENDING, renderOpening } from './document.js';

interface Login {
  readonly nonce: string;
  /** Why the last attempt was refused. */
  readonly mistake: string | null;
}

export function renderLogin({ nonce, mistake }: Login): Html {
  const [described, invalid] = mistake === null ? ['hint', null] : ['mistake hint', html` aria-invalid="true"`];
  return html`${renderOpening({ nonce, title: 'Sign in' })}<main class="login">
<form class="card" method="post" action="login">
<h1>analytics-collect</h1>
<input name="username" value="analytics-collect" autocomplete="username" hidden>
<label for="secret">Secret</label>
<input id="secret" name="secret" type="password" autocomplete="current-password" required autofocus aria-describedby="${described}"${invalid}>
${mistake === null ? null : html`<p class="mistake" id="mistake" role="alert">${mistake}</p>`}
<button>Sign in</button>
<p class="hint" id="hint">The value of <code>INTERNAL_CRON_SECRET</code> on the server.</p>
</form>
</main>${raw(ENDING)}`;
}
