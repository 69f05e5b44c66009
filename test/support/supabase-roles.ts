/** Roles are the server's, not the database's, so another test may have made them, or be making them. */
export const SUPABASE_ROLES = `
  do $$
  declare
    role_name text;
  begin
    foreach role_name in array array['anon', 'authenticated', 'service_role'] loop
      begin
        execute format('create role %I %s', role_name, case role_name when 'service_role' then 'bypassrls' end);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end loop;
  end
  $$`;
