import { CollectError } from '../errors.js';

export function fileError(file: string, failed: 'read' | 'written', cause: unknown): CollectError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const fix =
    failed === 'read'
      ? 'Check its name and its permissions.'
      : 'Name one in a folder that can be written to and has room.';
  return new CollectError('file_failed', `The file ${file} cannot be ${failed}: ${why}.`, fix, { cause });
}
