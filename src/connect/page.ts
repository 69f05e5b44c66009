import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { html } from '../report/page/html.js';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}';

/** The page that the browser ends on. It loads nothing and runs nothing, and never passes on its address, which has the code. */
export function sendPage(response: ServerResponse, status: number, title: string, text: string): void {
  const nonce = randomBytes(16).toString('base64');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · analytics-collect</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p>${text}</p>
</body>
</html>
`.toString();
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(page),
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(page);
}
