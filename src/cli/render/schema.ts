import type { AppliedSchema } from '../../store/apply-schema.js';

/** What `schema --apply` did, and what it found in the application's own tables. */
export function renderAppliedSchema(description: string, { done, findings }: AppliedSchema): string {
  const lines = [
    ...done,
    `${description}: ${done.length === 0 ? 'the schema is up to date, nothing was changed' : 'the schema is in place'}`,
  ];
  if (findings.length > 0) {
    lines.push(
      '',
      'Left unchanged. Below each finding is the statement that would change it; run it if your application allows:',
    );
    for (const { finding, remedy } of findings) lines.push(`  ${finding}`, `    ${remedy}`);
  }
  return `${lines.join('\n')}\n`;
}
