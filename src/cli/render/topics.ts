import { z } from 'zod';
import { exitCodes } from '../../exit-codes.js';
import { fileNameOf } from '../../near-names.js';
import { DEFINITIONS } from '../../platforms/registry.js';
import { namesOf, SECRETS } from '../../setting.js';
import { OWN_GROUPS } from '../../variables.js';
import { definitionList, wrap } from './wrap.js';

type Variables = Readonly<Record<string, unknown>>;

/** The text of `help exit-codes`. */
export function renderExitCodes(width: number): string {
  const codes = exitCodes().map(({ code, meaning }) => [String(code), meaning] as const);
  return lines(['Exit codes', '', ...definitionList(codes, width)]);
}

/** The text of `help environment`. */
export function renderEnvironment(width: number): string {
  const groups = variableGroups().map(([title, variables]) => [
    title,
    ...definitionList(
      Object.entries(variables).map(([name, schema]) => described(name, schema, variables)),
      width,
    ),
    '',
  ]);
  const example = fileNameOf('DATABASE_URL');
  const notes = `A secret (*) may instead be in a file that NAME_FILE names, such as ${example}. The environment wins over a .env file in the working directory, and flags win over both.`;
  return lines(['Environment variables', '', ...groups.flat(), ...wrap(notes, width)]);
}

/** Platforms that read the same variables are one group. */
function variableGroups(): [title: string, variables: Variables][] {
  const titles = new Map<Variables, string[]>();
  for (const { title, variables } of DEFINITIONS) titles.set(variables, [...(titles.get(variables) ?? []), title]);
  return [
    ...Object.entries(OWN_GROUPS),
    ...[...titles].map(([variables, names]): [string, Variables] => [names.join(' and '), variables]),
  ];
}

function described(name: string, schema: unknown, variables: Variables): [name: string, meaning: string] {
  const isSecret = namesOf(variables, ...SECRETS).includes(name);
  const usual = schema instanceof z.ZodType ? schema.safeParse(undefined).data : undefined;
  const meaning = schema instanceof z.ZodType ? (schema.description ?? '') : '';
  return [isSecret ? `${name}*` : name, usual === undefined ? meaning : `${meaning} (default: ${usual})`];
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}
