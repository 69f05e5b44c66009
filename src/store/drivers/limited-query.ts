import pg from 'pg';

/**
 * A server ends a statement whose caller has gone, if it waits for a lock or takes longer than a caller waits. Settings of a session
 * would not survive a pooler in transaction mode, nor does one accept them at the start of a connection.
 */
const LIMITS = `select set_config('statement_timeout', '30s', true), set_config('lock_timeout', '4s', true),
  set_config('idle_in_transaction_session_timeout', '30s', true)`;
/** Longer than the server's own limit, which tells more. A connection may be half open: the other end may be gone without closing it. */
const ANSWER_TIMEOUT_MS = 33_000;

/**
 * A statement with limits on the server. Both are sent at once and are one transaction, to which the limits belong. Its result is an
 * array, of which the last is the statement's. Without a name, it works through a pooler in transaction mode.
 */
export class LimitedQuery extends pg.Query {
  readonly query_timeout = ANSWER_TIMEOUT_MS;
  /** As one batch, even if there are no values. */
  readonly queryMode = 'extended';

  constructor({ text, values }: { readonly text: string; readonly values: readonly unknown[] }) {
    super(text, [...values]);
    const { submit } = this;
    this.submit = (connection) => {
      connection.stream.cork();
      connection.parse({ text: LIMITS, name: '', types: [] }, true);
      connection.bind({}, true);
      connection.describe({ type: 'P', name: '' }, true);
      connection.execute({}, true);
      const failed = submit.call(this, connection);
      connection.stream.uncork();
      return failed;
    };
  }
}
