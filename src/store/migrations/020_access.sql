-- Adds the instant until which a platform lets an account's token read its data.

alter table public.collection_accounts
  add column if not exists access_ends_at timestamptz,
  add column if not exists access_asked_at timestamptz,
  -- The token that the instant applies to: the SHA-256, in hexadecimal, of what is stored.
  add column if not exists access_token_hash text;
