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

/** Names and what they mean, side by side, each name on a line of its own. */
export function definitionList(items: readonly (readonly [name: string, meaning: string])[], width: number): string[] {
  const column = Math.max(...items.map(([name]) => stringWidth(name))) + 2;
  const indent = ' '.repeat(2 + column);
  return items.flatMap(([name, meaning]) => wrap(`  ${name.padEnd(column)}${meaning}`, width, indent));
}
