import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { Interrupted } from '../errors.js';

const ENTER = ['\r', '\n'];
const BACKSPACE = ['\u007F', '\b'];
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';

export interface Typed {
  readonly text: string;
  readonly state: 'typing' | 'entered' | 'cancelled';
}

/** Applies the keys of a chunk to a hidden text. Arrow keys and the marks around a paste are ignored. */
export function typeKeys(before: string, chunk: string): Typed {
  let text = before;
  for (const key of stripVTControlCharacters(chunk)) {
    if (ENTER.includes(key)) return { text, state: 'entered' };
    if (key === CTRL_C || (key === CTRL_D && text === '')) return { text: '', state: 'cancelled' };
    if (key === CTRL_D) return { text, state: 'entered' };
    if (BACKSPACE.includes(key)) text = [...text].slice(0, -1).join('');
    else if (key === CTRL_U) text = '';
    else if (key >= ' ') text += key;
  }
  return { text, state: 'typing' };
}

interface Keyboard extends NodeJS.ReadableStream {
  setRawMode(raw: boolean): unknown;
}

/**
 * Asks for a text that is not shown while it is typed. Throws `Interrupted` on Ctrl-C and when the signal is aborted. The terminal is
 * always restored.
 */
export async function askHidden(
  question: string,
  keyboard: Keyboard,
  screen: NodeJS.WritableStream,
  signal?: AbortSignal,
): Promise<string> {
  screen.write(question);
  keyboard.setEncoding('utf8');
  keyboard.setRawMode(true);
  try {
    return await new Promise<string>((resolve, reject) => {
      let text = '';
      keyboard.on('data', (chunk: string) => {
        const typed = typeKeys(text, chunk);
        text = typed.text;
        if (typed.state === 'entered') resolve(text);
        if (typed.state === 'cancelled') reject(new Interrupted());
      });
      keyboard.once('end', () => reject(new Interrupted()));
      keyboard.once('error', reject);
      signal?.addEventListener('abort', () => reject(new Interrupted()), { once: true });
      // An earlier question may have paused it.
      keyboard.resume();
    });
  } finally {
    keyboard.removeAllListeners('data');
    keyboard.setRawMode(false);
    keyboard.pause();
    screen.write('\n');
  }
}

/** Asks whether to do something; only `y` and `yes` mean yes. Throws `Interrupted` on Ctrl-C and at the end of the input. */
export async function confirm(
  question: string,
  keyboard: NodeJS.ReadableStream,
  screen: NodeJS.WritableStream,
): Promise<boolean> {
  const lines = createInterface({ input: keyboard, output: screen });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      const interrupt = () => reject(new Interrupted());
      lines.once('SIGINT', interrupt).once('close', interrupt).question(`${question} [y/N] `, resolve);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
