export const SANDBOX_KINDS = ['healthy', 'faulty', 'late'] as const;

/** The accounts of a sandbox: all working, some of them broken, or with values that come late and are corrected. */
export type SandboxKind = (typeof SANDBOX_KINDS)[number];
