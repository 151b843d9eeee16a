-- People of the organisation: who can be asked for a new password, whether or not they sign in here.
create table person (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  name text not null,
  email text not null check (email = lower(email)),
  user_name text,
  department text,
  manager text,
  external_id text,
  source text not null check (source in ('manual', 'csv', 'scim', 'ldap')),
  -- The LDAP connector that keeps this person.
  connector_id uuid,
  active boolean not null default true,
  password_reset_at timestamptz,
  password_reset_by text,
  password_reset_response uuid,
  password_changed_at timestamptz,
  -- What an identity provider said, whole: it compares what it reads with what it wrote.
  scim jsonb not null default '{}',
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (organisation_id, email)
);
create unique index person_user_name on person (organisation_id, lower(user_name));
create unique index person_external_id on person
  (organisation_id, (case when source in ('manual', 'csv') then 'here' else source end), coalesce(connector_id, '00000000-0000-0000-0000-000000000000'), external_id)
  where external_id is not null;
create index person_list on person (organisation_id, lower(name), id);
create index person_flagged on person (organisation_id) where password_reset_at is not null;

create table ldap_connector (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  settings jsonb not null,
  -- Sealed under the key of the data folder.
  bind_password bytea,
  -- Rises with each change: a sync that was planned before does not run.
  generation int not null default 1,
  last_sync_at timestamptz,
  last_sync_ok boolean,
  last_sync_detail text,
  created_at timestamptz not null
);

create table person_account (
  id uuid primary key,
  person_id uuid not null references person on delete cascade,
  kind text not null check (kind in ('local', 'ldap', 'scim')),
  device_id uuid references device,
  connector_id uuid references ldap_connector on delete cascade,
  name text not null,
  check ((kind = 'local') = (device_id is not null)),
  check ((kind = 'ldap') = (connector_id is not null))
);

create unique index person_account_once on person_account
  (person_id, kind, coalesce(device_id, connector_id, '00000000-0000-0000-0000-000000000000'), name);
create index person_account_known on person_account (connector_id, name);

create table person_reset (
  id bigint generated always as identity primary key,
  person_id uuid not null references person on delete cascade,
  at timestamptz not null,
  kind text not null check (kind in ('forced', 'cleared', 'changed')),
  by text not null,
  reason text not null,
  response_id uuid,
  -- What is done of it besides the flag, by account: after a crash nothing is forced a second time.
  steps jsonb not null default '{}'
);
create index person_reset_of on person_reset (person_id, id);
-- A response forces a reset once, however often it is tried.
create unique index person_reset_once on person_reset (response_id, person_id) where kind = 'forced';

create table directory_token (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  name text not null,
  prefix text not null,
  token_hash bytea not null unique,
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table scim_group (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  display_name text not null,
  external_id text,
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index scim_group_name on scim_group (organisation_id, lower(display_name));

create table scim_group_member (
  group_id uuid not null references scim_group on delete cascade,
  person_id uuid not null references person on delete cascade,
  primary key (group_id, person_id)
);

-- Each message that was to be sent, and what became of it.
create table notification (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  channel text not null,
  template text not null,
  recipient text not null,
  person_id uuid references person on delete set null,
  response_id uuid,
  data jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'accepted', 'failed')),
  attempts int not null default 0,
  -- While one server sends it, no other does.
  claimed_until timestamptz,
  detail text,
  created_at timestamptz not null,
  finished_at timestamptz,
  -- The same message is sent once.
  unique_key text unique
);
create index notification_of_person on notification (person_id, created_at desc);
