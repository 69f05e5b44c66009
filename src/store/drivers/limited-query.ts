import pg from 'pg';

/**
 * The server's own limits: without them, a statement that waits for a lock outlives a caller that was killed. A pooler in
 * transaction mode keeps no settings of a session, and refuses them as parameters of a new connection.
 */
const LIMITS = `select set_config('statement_timeout', '30s', true), set_config('lock_timeout', '4s', true),
  set_config('idle_in_transaction_session_timeout', '30s', true)`;
const READ_ONLY = `${LIMITS}, set_config('transaction_read_only', 'on', true)`;
/** Longer than the server's limit, whose error tells more. A connection may be half open: the other end may be gone without closing it. */
export const ANSWER_TIMEOUT_MS = 33_000;

/**
 * A statement with limits. They are sent together, and until both are answered they are one transaction, to which the limits belong.
 * The result is an array; the statement's is the last. It has no name, which would not work through a pooler either.
 */
export class LimitedQuery extends pg.Query {
  readonly query_timeout = ANSWER_TIMEOUT_MS;
  /** As one batch, even if there are no values. */
  readonly queryMode = 'extended';

  constructor(
    { text, values }: { readonly text: string; readonly values: readonly unknown[] },
    { readOnly }: { readonly readOnly: boolean },
  ) {
    super(text, [...values]);
    const { submit } = this;
    this.submit = (connection) => {
      connection.stream.cork();
      connection.parse({ text: readOnly ? READ_ONLY : LIMITS, name: '', types: [] }, true);
      connection.bind({}, true);
      connection.describe({ type: 'P', name: '' }, true);
      connection.execute({}, true);
      const failed = submit.call(this, connection);
      connection.stream.uncork();
      return failed;
    };
  }
}
