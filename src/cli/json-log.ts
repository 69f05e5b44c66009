import { stripVTControlCharacters } from 'node:util';
import { redact } from '../http/redact.js';

/** The log of `--log json`: the only writer of stderr, one JSON object per line. */
export interface JsonLog {
  event(type: string, fields?: object): void;
  /** Keeps the summary for the last line: events after the run, such as about an alert, come before it. */
  summary(summary: object): void;
  /** Writes the last line. */
  end(): void;
}

let current: JsonLog | null = null;

/** The log of this process; null without `--log json`. */
export function jsonLog(): JsonLog | null {
  return current;
}

/** Decided before the arguments are parsed, because errors in them are logged as well. */
export function wantsJsonLog(args: readonly string[]): boolean {
  if (args[0] !== 'collect') return false;
  return args.some((arg, index) => arg === '--log=json' || (arg === '--log' && args[index + 1] === 'json'));
}

/** Takes over stderr: what packages and Node write there becomes events of type `message` or `warning`. */
export function startJsonLog(stream: NodeJS.WriteStream = process.stderr): JsonLog {
  const write = stream.write.bind(stream) as (text: string) => boolean;
  let summary: object | null = null;
  let unfinished = '';

  const event = (type: string, fields: object = {}) => {
    write(`${jsonLine({ type, at: new Date().toISOString(), ...fields })}\n`);
  };
  const say = (line: string) => {
    const message = redact(stripVTControlCharacters(line)).trim();
    if (message !== '') event('message', { message });
  };

  stream.write = (chunk: string | Uint8Array, ...others: unknown[]) => {
    const lines = (unfinished + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())).split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines) say(line);
    const done = others.find((other) => typeof other === 'function');
    if (done) process.nextTick(done as () => void);
    return true;
  };
  // Node writes warnings without this stream. If they are switched off, there is no listener.
  if (process.listenerCount('warning') > 0) {
    process.removeAllListeners('warning');
    process.on('warning', ({ name, message }) => event('warning', { message: redact(`${name}: ${message}`) }));
  }

  current = {
    event,
    summary(given) {
      summary = given;
    },
    end() {
      say(unfinished);
      unfinished = '';
      if (summary !== null) event('summary', { summary });
      summary = null;
    },
  };
  // A second Ctrl-C ends the process at once.
  process.once('exit', current.end);
  return current;
}

/** Characters that control a terminal or change text direction, and the start of a GitHub runner command. */
const MISTAKABLE = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|(?<=##)\[/g;

function jsonLine(value: object): string {
  return JSON.stringify(value).replace(MISTAKABLE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
