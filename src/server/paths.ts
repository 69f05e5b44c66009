/** The paths are those that callers of the application's own scheduler use. */
export const INTERNAL = '/api/internal/analytics';
export const TRIGGER_PATH = `${INTERNAL}/trigger-collection`;
export const METRICS_PATH = '/metrics';
/** An older path of the same endpoint, which some callers still use. */
export const OLDER_TRIGGER_PATH = '/api/internal/trigger-analytics-collection';

/** The paths of the page, with the methods that each accepts. */
export const PAGE_PATHS = {
  '/': 'GET, HEAD',
  '/login': 'GET, HEAD, POST',
  '/logout': 'POST',
  '/progress': 'GET, HEAD',
} as const;
