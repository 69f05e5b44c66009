import { pipeline, Readable } from 'node:stream';
import { type CsvError, type Info, parse } from 'csv-parse';
import { nearest } from '../edit-distance.js';
import type { ImportLine } from '../import-connections.js';
import type { Platform } from '../platforms/contract.js';
import { isHeaderSafe, joinWords } from '../text.js';
import { readInstant, usageError } from './flags.js';

const REQUIRED = ['user_id', 'platform', 'account_id', 'access_token'];
const OPTIONAL = ['refresh_token', 'token_expires_at', 'account_name'];
const COLUMNS = `The columns, in any order: ${REQUIRED.join(',')}[,${OPTIONAL.join(',')}].`;
/** A spreadsheet saves with semicolons where the comma is the decimal sign. */
const DELIMITERS = [',', ';', '\t'];
/** Bytes of a line. A quote that is left open would read the whole file as one. */
const LONGEST_LINE = 65_536;
const LONGEST_ID = 255;
const MOST_EDITS = 2;

/** After it, csv-parse loses its place. */
const TOO_LONG = 'CSV_MAX_RECORD_SIZE';
/** What csv-parse refuses, in words. */
const REFUSED: Readonly<Partial<Record<CsvError['code'], string>>> = {
  INVALID_OPENING_QUOTE: 'there is a quote in the middle of a value',
  CSV_INVALID_CLOSING_QUOTE: 'there is text after a closing quote; lines after it may be misread',
  CSV_QUOTE_NOT_CLOSED: 'a quote is never closed, so nothing after it was read',
  [TOO_LONG]: 'it is longer than 64 KB, so nothing after it was read; is a quote left open, there or before?',
};

type Known = ReadonlyMap<string, Pick<Platform, 'needsToken'>>;
type Row = Readonly<Record<string, string>>;

/**
 * The lines of a CSV file of connections; numbers count the header. Mistakes hold no value of the file, since any column
 * may hold a token by mistake. Throws `CollectError` `usage` for a header without the columns, and what reading the file throws.
 */
export async function* readConnections(
  input: AsyncIterable<Buffer>,
  file: string,
  platforms: Known,
): AsyncGenerator<ImportLine> {
  const chunks = input[Symbol.asyncIterator]();
  const start = await readStart(chunks);
  const [header = ''] = start.toString('utf8').split('\n', 1);
  const skipped: ImportLine[] = [];
  let isCut = false;
  const parser = parse({
    bom: true,
    delimiter: DELIMITERS.reduce((best, each) => (countOf(each, header) > countOf(best, header) ? each : best)),
    info: true,
    max_record_size: LONGEST_LINE,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
    on_skip(error) {
      if (isCut) return;
      isCut = error?.code === TOO_LONG;
      const mistake = (error !== undefined && REFUSED[error.code]) || 'it is not a line of CSV';
      skipped.push({ line: Number(error?.lines ?? 0), mistake });
    },
  });
  // An error of the file ends the parser, whose reader gets it.
  const unread = rest(start, chunks, () => isCut);
  pipeline(Readable.from(unread), parser, () => undefined);

  let columns: readonly string[] | null = null;
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
    if (columns === null) {
      columns = columnsOf(record, file);
      continue;
    }
    yield* skipped.splice(0);
    yield lineOf(record, columns, info, platforms);
  }
  if (columns === null) throw usageError(`There is nothing in ${file}.`, COLUMNS);
  yield* skipped.splice(0);
}

/** The file as far as the end of its first line, or more. */
async function readStart(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (!start.includes('\n') && start.length < LONGEST_LINE) {
    const { value, done } = await chunks.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  return start;
}

async function* rest(start: Buffer, chunks: AsyncIterator<Buffer>, isCut: () => boolean): AsyncGenerator<Buffer> {
  yield start;
  for await (const chunk of { [Symbol.asyncIterator]: () => chunks }) {
    if (isCut()) return;
    yield chunk;
  }
}

function countOf(part: string, text: string): number {
  return text.split(part).length - 1;
}

function columnsOf(header: readonly string[], file: string): string[] {
  const columns = header.map((name) => name.toLowerCase());
  const twice = [...REQUIRED, ...OPTIONAL].filter((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  if (twice.length > 0) throw usageError(`${file} has the column ${joinWords(twice)} twice.`, 'Leave one of them.');
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length === 0) return columns;
  throw usageError(
    `The first line of ${file} has to name the columns, in UTF-8; it lacks ${joinWords(missing)}.`,
    COLUMNS,
  );
}

function lineOf(record: readonly string[], columns: readonly string[], { lines }: Info, platforms: Known): ImportLine {
  // Counted at the record's end, which may have line breaks in it.
  const line = lines - countOf('\n', record.join(''));
  if (record.length !== columns.length) {
    return { line, mistake: `it has ${record.length} values for ${columns.length} columns` };
  }
  const row: Row = Object.fromEntries(columns.map((name, index) => [name, record[index] ?? '']));
  const { user_id = '', account_id = '', access_token = '', refresh_token = '', token_expires_at = '' } = row;
  const platform = row.platform?.toLowerCase() ?? '';
  const mistakes = mistakesOf({ ...row, platform }, platforms);
  if (mistakes.length > 0) return { line, mistake: joinWords(mistakes) };
  return {
    line,
    connection: {
      userId: user_id,
      platform,
      accountId: account_id,
      accountName: row.account_name || null,
      accessToken: access_token,
      refreshToken: refresh_token || null,
      tokenExpiresAt: token_expires_at === '' ? null : readInstant(token_expires_at),
    },
  };
}

function mistakesOf(row: Row, platforms: Known): string[] {
  const { platform = '', account_id = '', access_token = '', refresh_token = '', token_expires_at = '' } = row;
  const known = platforms.get(platform);
  const needed = known?.needsToken === false ? REQUIRED.filter((name) => name !== 'access_token') : REQUIRED;
  const mistakes = needed.filter((name) => row[name] === '').map((name) => `${name} is empty`);
  if (platform !== '' && known === undefined) mistakes.push(unknownPlatform(platform, [...platforms.keys()]));
  for (const name of ['user_id', 'account_id']) {
    if ((row[name]?.length ?? 0) > LONGEST_ID) mistakes.push(`${name} has more than ${LONGEST_ID} characters`);
  }
  if (/^\d+[.,]?\d*E\+\d+$/i.test(account_id)) mistakes.push('account_id was rounded by a spreadsheet');
  for (const [name, token] of Object.entries({ access_token, refresh_token })) {
    if (token !== '' && !isHeaderSafe(token)) mistakes.push(`${name} contains characters that tokens never contain`);
  }
  if (token_expires_at !== '' && readInstant(token_expires_at) === null) {
    mistakes.push('token_expires_at is not an ISO 8601 time, such as 2027-01-31T12:00:00Z');
  }
  // What takes the place of bytes that are not UTF-8, and what PostgreSQL's JSON does not accept.
  if (Object.values(row).some((value) => /[\uFFFD\0]/.test(value))) mistakes.push('it is not in UTF-8');
  return mistakes;
}

function unknownPlatform(name: string, known: readonly string[]): string {
  const near = nearest(name, known, MOST_EDITS);
  return near === null ? 'platform is not a known platform' : `platform is not a known platform; is it ${near}?`;
}
