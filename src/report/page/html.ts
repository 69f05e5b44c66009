import { html as escaping, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { bounded, oneLine } from '../../text.js';

/** Escaped, unless it was made by `html` or `raw`. */
export type Html = HtmlEscapedString;

/** A piece of a page. Texts among the values are escaped; what is null, undefined or a boolean is left out. */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Html {
  // A promise only if one is among the values.
  return escaping(strings, ...values) as Html;
}

/** A name from outside, isolated so that it cannot change the direction of the text around it. */
export function named(text: string): Html {
  return html`<bdi>${bounded(oneLine(text))}</bdi>`;
}

export { raw };
