import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readConnections } from '../../src/cli/connections-csv.js';
import type { ImportLine } from '../../src/import-connections.js';

const PLATFORMS = new Map([
  ['facebook', {}],
  ['linkedin', {}],
  ['bluesky', { needsToken: false }],
]);
const HEADER = 'user_id,platform,account_id,access_token';

/** In pieces of a few bytes, as a pipe may give them. */
async function read(text: string | Buffer): Promise<ImportLine[]> {
  const bytes = Buffer.from(text as string);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, i * 7 + 7));
  const lines: ImportLine[] = [];
  for await (const line of readConnections(Readable.from(pieces), 'file.csv', PLATFORMS)) lines.push(line);
  return lines;
}

const mistakesOf = async (text: string | Buffer) =>
  (await read(text)).flatMap((each) => ('mistake' in each ? [`${each.line}: ${each.mistake}`] : []));

const connection = {
  userId: 'me',
  platform: 'facebook',
  accountId: '0123',
  accountName: null,
  accessToken: 'EAAB',
  refreshToken: null,
  tokenExpiresAt: null,
};

test('tells once of a line that is too long, and that nothing after it was read', async () => {
  const long = `me,facebook,1,${'x'.repeat(70_000)}`;
  const refused = 'it is longer than 64 KB, so nothing after it was read; is a quote left open, there or before?';
  for (const rest of ['', 'me,facebook,2,EAAB\n'.repeat(20_000)]) {
    const lines = await read(`${HEADER}\nme,facebook,0123,EAAB\n${long}\n${rest}`);
    expect(lines.sort((a, b) => a.line - b.line)).toEqual([
      { line: 2, connection },
      { line: 3, mistake: refused },
    ]);
  }
});

test('reads columns in any order, and ignores others', async () => {
  const text = `account_name,Access_Token,note,platform,user_id,account_id,token_expires_at,refresh_token
"Bakery ""A"", Ltd",EAAB,x,LinkedIn, me ,0123,2027-01-24,AQ
`;
  expect(await read(text)).toEqual([
    {
      line: 2,
      connection: {
        ...connection,
        platform: 'linkedin',
        accountName: 'Bakery "A", Ltd',
        refreshToken: 'AQ',
        tokenExpiresAt: '2027-01-24T00:00:00.000Z',
      },
    },
  ]);
});

test.each([
  ['a byte order mark and CRLF', `\uFEFF${HEADER}\r\nme,facebook,0123,EAAB\r\n`],
  ['semicolons', `${HEADER.replaceAll(',', ';')}\nme;facebook;0123;EAAB`],
  ['tabs', `${HEADER.replaceAll(',', '\t')}\nme\tfacebook\t0123\tEAAB\n`],
  ['quoted values', `"user_id","platform","account_id","access_token"\n"me","facebook","0123","EAAB"\n`],
])('reads what spreadsheets save: %s', async (_name, text) => {
  expect(await read(text)).toEqual([{ line: 2, connection }]);
});

test('counts the header, empty lines and line breaks in values', async () => {
  const text = `${HEADER},account_name\nme,facebook,1,EAAB,"two\nlines"\n\n,facebook,2,EAAB,"two\nmore"\nme,facebook,3,,\n`;
  expect(await mistakesOf(text)).toEqual(['5: user_id is empty', '7: access_token is empty']);
});

test.each([
  ['me,facebok,1,EAAB', 'platform is not a known platform; is it facebook?'],
  ['me,,1,EAAB', 'platform is empty'],
  ['me,facebook,1', 'it has 3 values for 4 columns'],
  ['me,facebook,1.78414E+16,EAAB', 'account_id was rounded by a spreadsheet'],
  ['me,facebook,1,EA AB', 'access_token contains characters that tokens never contain'],
  [',facebook,,EAAB', 'user_id is empty and account_id is empty'],
  ['me,face"book,1,EAAB', 'there is a quote in the middle of a value'],
  ['me,facebook,1,"EAAB', 'a quote is never closed, so nothing after it was read'],
])('says what is wrong with a line: %s', async (line, mistake) => {
  expect(await mistakesOf(`${HEADER}\n${line}\n`)).toEqual([expect.stringContaining(mistake)]);
});

test('refuses other encodings than UTF-8', async () => {
  const text = Buffer.from(`${HEADER},account_name\nme,facebook,1,EAAB,B\xe4cker\n`, 'latin1');
  expect(await mistakesOf(text)).toEqual(['2: it is not in UTF-8']);
});

test('asks for no token where the platform needs none', async () => {
  expect(await mistakesOf(`${HEADER}\nme,bluesky,someone.example,\n`)).toEqual([]);
});

test('tells no value, since a token may stand in any column', async () => {
  const token = 'EAABsecretsecret';
  const header = `${HEADER},token_expires_at`;
  const rows = Array.from({ length: 5 }, (_, at) => Array.from({ length: 5 }, (_, i) => (i === at ? token : '')));
  const told = await mistakesOf([header, ...rows.map((row) => row.join(',')), `"${token}"x,a,b,c`].join('\n'));
  expect(told.length).toBeGreaterThan(5);
  expect(told.join()).not.toContain(token);
});

test.each([
  ['no header', 'me,facebook,1,EAABsecretsecret\n', 'lacks user_id, platform, account_id and access_token'],
  ['nothing', '', 'There is nothing in file.csv'],
  ['a column less', 'user_id,platform,access_token\n', 'lacks account_id'],
  ['a column twice', `${HEADER},platform\n`, 'has the column platform twice'],
])('refuses a file with %s, without a word of it', async (_name, text, message) => {
  const refused = read(text);
  await expect(refused).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('EAAB') });
});

test('passes on an error of the file', async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from(`${HEADER}\n`);
      throw new Error('the disk');
    })(),
  );
  const reading = (async () => {
    for await (const _ of readConnections(broken, 'file.csv', PLATFORMS));
  })();
  await expect(reading).rejects.toThrow('the disk');
});
