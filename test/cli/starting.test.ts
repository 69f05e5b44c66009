import { expect, test } from 'vitest';
import { startingText } from '../../src/cli/starting.js';
import { loadConfig } from '../../src/config.js';
import { generateKey } from '../../src/tokens/fernet.js';

const KEY = { ENCRYPTION_KEY: generateKey() };
const embedded = { ANALYTICS_DATA_DIR: '/data' };
const postgres = { ...KEY, DATABASE_URL: 'postgres://me:secret@db.example.com:5432/app' };
const supabase = { ...KEY, SUPABASE_URL: 'https://abc.supabase.co', SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_x' };

test.each([
  [embedded, true, 'Starting an embedded PostgreSQL …'],
  [embedded, false, 'Starting an embedded PostgreSQL …'],
  [postgres, true, 'Connecting to PostgreSQL at db.example.com …'],
  [postgres, false, null],
  [supabase, true, 'Connecting to Supabase at abc.supabase.co …'],
  [supabase, false, null],
])('says at once what is opened, and to a terminal also where it is: %j, %s', (environment, isTerminal, text) => {
  expect(startingText({ config: loadConfig(environment) }, isTerminal)).toBe(text);
});

test('says that a sandbox is started', () => {
  expect(startingText({ config: null }, false)).toBe('Starting the sandbox …');
});
