/* Prints what the changelog says of a tag's version; exits 1 if the tag is not package.json's version or the changelog has no such section. */
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const { version } = JSON.parse(read('package.json'));
const [tag] = process.argv.slice(2);
// `## [0.2.0] - 2026-11-25`, then everything up to the next section or to the links at the end.
const sections = new Map(
  read('CHANGELOG.md')
    .replace(/^\[.+\]: .+$/gm, '')
    .split(/^## /m)
    .map((section) => [/^\[(.+?)\] - \d{4}-\d{2}-\d{2}\n/.exec(section)?.[1], section.replace(/^.*\n/, '').trim()]),
);
const notes = sections.get(version);

if (tag !== `v${version}`) fail(`The tag is ${tag}, but package.json has the version ${version}.`);
else if (!notes) fail(`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD".`);
else process.stdout.write(`${notes}\n`);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
