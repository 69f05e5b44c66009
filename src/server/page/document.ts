import { type Html, html, raw } from '../../report/page/html.js';
import { STYLE as REPORT_STYLE } from '../../report/page/style.js';
import { STYLE } from './style.js';

interface Opening {
  /** Allows the style and the script by the page's content security policy. */
  readonly nonce: string;
  readonly title: string;
  /** How often the page reloads without JavaScript. */
  readonly refreshSeconds?: number;
}

/** A document up to its body. */
export function renderOpening({ nonce, title, refreshSeconds }: Opening): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · analytics-collect</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${raw(REPORT_STYLE)}${raw(STYLE)}</style>
${refreshSeconds === undefined ? null : html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`}
</head>
<body>
`;
}

export const ENDING = `
</body>
</html>
`;

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
