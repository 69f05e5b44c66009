import { Chalk, type ChalkInstance } from 'chalk';

export type Colors = ChalkInstance;

interface Stream {
  readonly isTTY?: boolean;
}

/** Colors for a stream: none if it is not a terminal, if the terminal is dumb, or if `NO_COLOR` is set (https://no-color.org). */
export function colorsFor(stream: Stream, environment: NodeJS.ProcessEnv = process.env): Colors {
  const wanted = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return new Chalk({ level: wanted ? 1 : 0 });
}

export const noColors: Colors = new Chalk({ level: 0 });
