import { html } from 'hono/html';
import { type Html, renderDocument } from './document.js';

interface Login {
  readonly nonce: string;
  /** Why the last attempt was refused. */
  readonly mistake: string | null;
}

export function renderLogin({ nonce, mistake }: Login): Html {
  const said = mistake === null ? '' : html`<p class="mistake" id="mistake" role="alert">${mistake}</p>`;
  return renderDocument({
    nonce,
    title: 'Sign in',
    body: html`<main class="login">
  <form class="card" method="post" action="login">
    <h1>analytics-collect</h1>
    <input name="username" value="analytics-collect" autocomplete="username" hidden>
    <label for="secret">Secret</label>
    <input id="secret" name="secret" type="password" autocomplete="current-password" required autofocus
      aria-describedby="${mistake === null ? 'hint' : 'mistake hint'}"${mistake === null ? '' : html` aria-invalid="true"`}>
    ${said}
    <button>Sign in</button>
    <p class="hint" id="hint">The value of <code>INTERNAL_CRON_SECRET</code> on the server.</p>
  </form>
</main>`,
  });
}
