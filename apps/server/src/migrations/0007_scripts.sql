create table script (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  name text not null,
  description text not null default '',
  retired_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index script_name on script (organisation_id, lower(name)) where retired_at is null;

-- Never changed but for its state and its approver: an edit is a new version.
create table script_version (
  script_id uuid not null references script,
  version int not null,
  state text not null check (state in ('draft', 'approved', 'void')),
  interpreter text not null,
  content text not null,
  sha256 text not null,
  post_check text,
  destructive boolean not null,
  note text not null default '',
  author_id uuid not null references member,
  author_name text not null,
  authored_at timestamptz not null,
  author_signature jsonb not null,
  approver_id uuid references member,
  approver_name text,
  approved_at timestamptz,
  approver_signature jsonb,
  primary key (script_id, version),
  constraint nobody_approves_their_own_script check (approver_id <> author_id),
  check ((state = 'draft') or (approver_id is not null) or (state = 'void'))
);

create table script_connector (
  organisation_id uuid not null references organisation,
  id text not null,
  name text not null,
  kind text not null check (kind in ('http')),
  url text not null,
  -- Sealed under a key that is not in the database.
  secret bytea,
  updated_at timestamptz not null,
  primary key (organisation_id, id)
);
