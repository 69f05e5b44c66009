interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean };
}

/** Whether nobody is watching the command: in CI, or without a terminal, as under cron. */
export function isUnattended({ env, stdin, stdout }: Host = process): boolean {
  const isCi = ![undefined, '', '0', 'false'].includes(env.CI);
  return isCi || !(stdin.isTTY || stdout.isTTY);
}
