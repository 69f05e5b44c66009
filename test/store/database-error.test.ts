import { expect, it } from 'vitest';
import { RowRefused } from '../../src/errors.js';
import { storeError } from '../../src/store/database-error.js';

const place = { description: 'PostgreSQL at db/app', setting: 'DATABASE_URL', schemaFix: 'Apply the schema.' };
const thrown = (code: string) => Object.assign(new Error('so said the database'), { code });

it.each([
  ['57P03', 'store_unreachable', 'the server is starting'],
  ['08P01', 'store_unreachable', 'a pooler has lost its server'],
  ['25006', 'store_unreachable', 'the server has become a standby'],
  ['ECONNREFUSED', 'store_unreachable', 'nobody listens'],
  ['57014', 'store_slow', 'statement_timeout'],
  ['55P03', 'store_slow', 'lock_timeout'],
  ['40P01', 'store_conflict', 'a deadlock'],
  ['40001', 'store_conflict', 'a serialization failure'],
  ['53100', 'store_exhausted', 'the disk of the server is full'],
  ['53300', 'store_exhausted', 'the server has no connection left'],
  ['EMFILE', 'host_exhausted', 'this process may open no more files'],
  ['ENOSPC', 'disk_full', 'the disk of this machine is full'],
  ['P0001', 'store_failed', 'a trigger raised an exception'],
  ['42601', 'store_failed', 'a mistake in a statement'],
])('tells %s as %s: %s', (code, told) => {
  const error = storeError(thrown(code), place);
  expect(error).toMatchObject({ code: told, message: expect.stringContaining(`so said the database [${code}].`) });
  expect(error).not.toBeInstanceOf(RowRefused);
});

it.each(['21000', '22003', '23505'])('blames a row for %s', (code) => {
  expect(storeError(thrown(code), place)).toBeInstanceOf(RowRefused);
});

it('takes the disk of an embedded database for the disk of this machine', () => {
  expect(storeError(thrown('53100'), { ...place, isEmbedded: true })).toMatchObject({ code: 'disk_full' });
});
