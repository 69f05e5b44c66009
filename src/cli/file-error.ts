import { CollectError } from '../errors.js';

/** The system's error codes in words. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link to itself',
  ENAMETOOLONG: 'its name is too long',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a folder',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
};

export function fileError(file: string, failed: 'read' | 'written', cause: unknown): CollectError {
  const fix =
    failed === 'read'
      ? 'Check its name and its permissions.'
      : 'Name one in a folder that can be written to and has room.';
  return new CollectError('file_failed', `The file ${file} cannot be ${failed}: ${reasonOf(cause, failed)}.`, fix, {
    cause,
  });
}

function reasonOf(cause: unknown, failed: 'read' | 'written'): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code = '' }: NodeJS.ErrnoException = cause;
  if (code === 'ENOENT') return failed === 'read' ? 'it does not exist' : 'its folder does not exist';
  return REASONS[code] ?? cause.message;
}
