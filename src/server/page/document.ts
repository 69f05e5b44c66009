import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { STYLE } from './style.js';

/** What `html` gives; everything put into it is escaped unless it comes from `html` itself. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

interface Document {
  /** Allows the style and the script by the page's content security policy. */
  readonly nonce: string;
  readonly title: string;
  readonly body: Html;
  readonly script?: string;
  /** How often the page is loaded again where no script runs. */
  readonly refreshSeconds?: number;
}

export function renderDocument({ nonce, title, body, script, refreshSeconds }: Document): Html {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · analytics-collect</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${raw(STYLE)}</style>
${refreshSeconds === undefined ? '' : html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`}
</head>
<body>
${body}
${script === undefined ? '' : html`<script nonce="${nonce}">${raw(script)}</script>`}
</body>
</html>
`;
}
