import stringWidth from 'string-width';

/**
 * Breaks a text between words so that no line is wider than `width` columns, if no word is; lines after the first begin with
 * `indent`. Colors take no room.
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(' ')) {
    const longer: string = line === null ? word : `${line} ${word}`;
    if (line === null || stringWidth(longer) <= width) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = `${indent}${word}`;
  }
  return line === null ? lines : [...lines, line];
}

/** A command that is named to be copied. */
const COMMAND = /(^ *|: )analytics-collect /;

/** A text whose longer lines are broken between words; those with a command stay whole, so that it can be copied. */
export function wrapLines(text: string, width: number): string {
  const lines = text.split('\n').flatMap((line) => {
    const indent = line.slice(0, line.search(/\S|$/));
    return COMMAND.test(line) ? line : wrap(line, width, `${indent}  `);
  });
  return lines.join('\n');
}

/** Names and what they mean, side by side, each name on a line of its own. */
export function definitionList(items: readonly (readonly [name: string, meaning: string])[], width: number): string[] {
  const column = Math.max(...items.map(([name]) => stringWidth(name))) + 2;
  const indent = ' '.repeat(2 + column);
  return items.flatMap(([name, meaning]) => wrap(`  ${name.padEnd(column)}${meaning}`, width, indent));
}
