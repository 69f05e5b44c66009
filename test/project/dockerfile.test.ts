import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

interface Instruction {
  readonly name: string;
  readonly text: string;
}

const instructions: Instruction[] = read('Dockerfile')
  .replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ name: line.split(' ')[0] ?? '', text: line.slice(line.indexOf(' ') + 1) }));
const lastFrom = instructions.findLastIndex(({ name }) => name === 'FROM');
const [build, image] = [instructions.slice(0, lastFrom), instructions.slice(lastFrom)];
const textsOf = (stage: readonly Instruction[], wanted: string) =>
  stage.filter(({ name }) => name === wanted).map(({ text }) => text);

describe('the image', () => {
  it('is built from one exact version of Node 24, slim', () => {
    const bases = textsOf(instructions, 'FROM').map((text) => text.replace(/^--\S+ /, '').split(' ')[0]);
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
    expect(new Set(bases).size).toBe(1);
  });

  it('uses only a few plain instructions', () => {
    const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'];
    expect(instructions.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
    for (const command of textsOf(instructions, 'RUN')) {
      expect(command).not.toMatch(/\b(sudo|curl|wget|apt|npm install|npm i|npx)\b|;|\|/);
    }
    for (const folder of textsOf(instructions, 'WORKDIR')) expect(folder).toMatch(/^\//);
  });

  it('installs from the lock file before it copies the sources, so that code changes keep the layer', () => {
    const first = (wanted: RegExp) => build.findIndex(({ name, text }) => wanted.test(`${name} ${text}`));
    const order = [/^COPY package\.json package-lock\.json/, /^RUN npm ci/, /^COPY src/, /^RUN npm run build/].map(
      first,
    );
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  it('contains nothing that only the build needs', () => {
    expect(textsOf(build, 'RUN').at(-1)).toContain('npm prune --omit=dev');
    expect(textsOf(image, 'RUN')).toEqual([]);
    const copied = textsOf(image, 'COPY').flatMap((text) =>
      text
        .replace(/^--\S+ /, '')
        .split(' ')
        .slice(0, -1),
    );
    expect(copied.toSorted()).toEqual(['/app/dist', '/app/node_modules', 'LICENSE', 'bin', 'package.json']);
  });

  it('runs as a numeric user that is not root', () => {
    expect(textsOf(image, 'USER')).toEqual(['1000:1000']);
    const [user, entrypoint] = ['USER', 'ENTRYPOINT'].map((name) => image.findIndex((each) => each.name === name));
    expect(user).toBeLessThan(entrypoint ?? -1);
  });

  it('starts the program without a shell, so that signals reach it', () => {
    const [entrypoint = ''] = textsOf(image, 'ENTRYPOINT');
    expect(JSON.parse(entrypoint)).toEqual(['node', '/app/bin/analytics-collect.js']);
    expect(textsOf(image, 'CMD').map((text) => JSON.parse(text))).toEqual([['--help']]);
  });

  it('contains no secret', () => {
    expect(textsOf(instructions, 'ENV')).toEqual(['NODE_ENV=production']);
  });

  it('has a build context of only the files it copies', () => {
    const [everything, ...kept] = read('.dockerignore')
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    const sources = instructions.filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'));
    const copied = sources.flatMap(({ text }) => text.split(' ').slice(0, -1));
    expect(everything).toBe('*');
    expect(kept.map((line) => line.replace('!', '')).toSorted()).toEqual([...new Set(copied)].toSorted());
    expect(copied.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });

  it.each([
    ['an answer', 200, 0],
    ['an error', 503, 1],
    ['no server', null, 1],
  ])('has a healthcheck that detects %s', async (_, status, code) => {
    const [healthcheck = ''] = textsOf(image, 'HEALTHCHECK');
    expect(healthcheck).toMatch(/--interval=\d+s --timeout=\d+s --start-period=\d+s --retries=\d+ CMD \[/);
    const [node, flag, script]: string[] = JSON.parse(healthcheck.slice(healthcheck.indexOf('[')));
    expect([node, flag]).toEqual(['node', '-e']);
    expect(script).toContain('http://127.0.0.1:8080/healthz');
    const server = createServer((request, response) =>
      response.writeHead(request.url === '/healthz' ? (status ?? 0) : 404).end(),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    if (status === null) await new Promise((resolve) => server.close(resolve));
    const child = spawn(process.execPath, ['-e', script?.replace('8080', String(port)) ?? '']);
    const [exitCode] = await once(child, 'exit');
    server.close();
    expect(exitCode).toBe(code);
  });
});
