export const SANDBOX_KINDS = ['healthy', 'faulty', 'late'] as const;

/** What the accounts of a sandbox are like: sound, some of them broken, or with values that come late and are corrected. */
export type SandboxKind = (typeof SANDBOX_KINDS)[number];
