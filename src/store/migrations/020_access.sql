-- Adds until when the token of an account may read its data, as its platform says.

alter table public.collection_accounts
  add column if not exists access_ends_at timestamptz,
  add column if not exists access_asked_at timestamptz,
  -- Which token, encrypted as it is stored: the SHA-256, in hexadecimal. Of any other, it says nothing.
  add column if not exists access_token_hash text;
