export function runsInGithubActions(): boolean {
  return process.env.GITHUB_ACTIONS === 'true';
}
