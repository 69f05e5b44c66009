/*
 * Draws what a terminal shows as an SVG of 80 columns, light or dark as the reader's system is:
 *
 *   script -qec 'node bin/analytics-collect.js collect --sandbox' /dev/null |
 *     node scripts/picture.js 'npx analytics-collect collect --sandbox' > docs/collect.svg
 */
import { text } from 'node:stream/consumers';

const COLUMNS = 80;
const FONT = { size: 14, width: 8.4, height: 20 };
const MARGIN = 16;
const CLASSES = { 1: 'bold', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' };
const STYLE = `
    text { font: ${FONT.size}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: #1f2328; }
    rect { fill: #f6f8fa; stroke: #d1d9e0; }
    .bold { font-weight: 600; } .prompt { fill: #59636e; }
    .red { fill: #cf222e; } .green { fill: #1a7f37; } .yellow { fill: #9a6700; } .cyan { fill: #1b7c83; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; } rect { fill: #151b23; stroke: #3d444d; } .prompt { fill: #9198a1; }
      .red { fill: #ff7b72; } .green { fill: #3fb950; } .yellow { fill: #d29922; } .cyan { fill: #39c5cf; }
    }
  `;

const ESCAPE = String.fromCharCode(27);
/** A control sequence of ECMA-48: its parameters and its final letter. */
const SEQUENCE = new RegExp(`${ESCAPE}\\[([0-9;?]*)([A-Za-z])`);
/** Erases the line; a spinner does so before each of its states. */
const ERASED = new RegExp(`^.*${ESCAPE}\\[[02]?K`);

/** @returns {{ text: string, classes: string }[]} The pieces of a line, each in one style. */
function piecesOf(line) {
  const styles = new Set();
  const [first, ...others] = line.replace(ERASED, '').split(SEQUENCE);
  const pieces = [{ text: first, classes: '' }];
  for (let index = 0; index < others.length; index += 3) {
    const [parameters, letter, text] = others.slice(index, index + 3);
    if (letter === 'm') for (const code of parameters.split(';')) apply(styles, Number(code));
    pieces.push({ text, classes: [...styles].join(' ') });
  }
  return pieces.filter((piece) => piece.text !== '');
}

function apply(styles, code) {
  if (code === 0) styles.clear();
  else if (code === 22) styles.delete('bold');
  else if (code === 39) for (const name of [...styles].filter((style) => style !== 'bold')) styles.delete(name);
  else if (CLASSES[code] !== undefined) styles.add(CLASSES[code]);
}

/** Rows of at most 80 characters, as a terminal breaks them. */
function rowsOf(pieces) {
  const rows = [[]];
  let column = 0;
  for (const { text, classes } of pieces) {
    let rest = text;
    while (rest !== '') {
      if (column === COLUMNS) {
        rows.push([]);
        column = 0;
      }
      const part = rest.slice(0, COLUMNS - column);
      rows.at(-1).push({ text: part, classes, column });
      column += part.length;
      rest = rest.slice(part.length);
    }
  }
  return rows;
}

const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const round = (length) => Math.round(length * 10) / 10;

function drawRow(row, index) {
  const y = MARGIN + FONT.size + index * FONT.height;
  return row
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, classes, column }) => {
      const style = classes === '' ? '' : ` class="${classes}"`;
      const width = round(text.length * FONT.width);
      return `  <text x="${round(MARGIN + column * FONT.width)}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${style}>${escaped(text)}</text>\n`;
    })
    .join('');
}

const command = process.argv[2] ?? '';
const shown = (await text(process.stdin)).replaceAll('\r', '').split('\n').map(piecesOf);
while (shown.at(-1)?.length === 0) shown.pop();
const prompt = [
  { text: '$ ', classes: 'prompt' },
  { text: command, classes: 'bold' },
];
const rows = [prompt, ...shown].flatMap(rowsOf);
const width = round(2 * MARGIN + COLUMNS * FONT.width);
const height = 2 * MARGIN + rows.length * FONT.height;

process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escaped(command)}</title>
  <style>${STYLE}</style>
  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>
${rows.map(drawRow).join('')}</svg>
`);
