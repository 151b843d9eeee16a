create table organisation (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null default now()
);

create table member (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  email text not null,
  name text not null,
  role text not null,
  password_hash text,
  failed_sign_ins int not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null default now()
);
create unique index member_email on member (lower(email));

create table member_session (
  id uuid primary key,
  member_id uuid not null references member on delete cascade,
  token_hash bytea not null unique,
  user_agent text,
  ip text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create table sign_in_link (
  id uuid primary key,
  member_id uuid not null references member on delete cascade,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table api_token (
  id uuid primary key,
  member_id uuid not null references member on delete cascade,
  name text not null,
  prefix text not null,
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table project (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  name text not null,
  type text not null,
  revision int not null default 0,
  created_at timestamptz not null default now()
);

create table project_token (
  id uuid primary key,
  project_id uuid not null references project,
  prefix text not null,
  note text not null default '',
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table rule (
  id uuid primary key,
  project_id uuid not null references project,
  position int not null,
  draft jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  updated_by text,
  deleted_at timestamptz
);
create index rule_project on rule (project_id, position) where deleted_at is null;

create table revision (
  project_id uuid not null references project,
  revision int not null,
  at timestamptz not null default now(),
  author text not null,
  reason text not null,
  summary text not null,
  rules jsonb not null,
  primary key (project_id, revision)
);

create table incident (
  id uuid primary key,
  project_id uuid not null references project,
  instance_id uuid not null,
  at timestamptz not null,
  received_at timestamptz not null default now(),
  -- The app's clock, but never ahead of ours: a wrong clock must not pin an incident to the top of every list.
  sort_at timestamptz not null,
  count int not null,
  protection text not null,
  severity text not null,
  confidence double precision not null,
  environment text not null,
  actions text[] not null,
  would_have text[] not null,
  method text,
  route text,
  path text,
  ip inet,
  rule_ids text[] not null,
  state text not null default 'new',
  fingerprint text not null,
  report jsonb not null
);
create index incident_list on incident (project_id, sort_at desc, id desc);
create index incident_fingerprint on incident (project_id, fingerprint);
create index incident_protection on incident (project_id, protection, sort_at desc);

create table instance (
  project_id uuid not null references project,
  id uuid not null,
  report jsonb not null,
  applied_revision int,
  clock_skew_ms double precision not null,
  last_seen_at timestamptz not null default now(),
  primary key (project_id, id)
);

create table audit_entry (
  organisation_id uuid not null references organisation,
  sequence bigint not null,
  at timestamptz not null,
  actor jsonb not null,
  action text not null,
  subject jsonb not null,
  details jsonb not null,
  previous_hash text not null,
  hash text not null,
  primary key (organisation_id, sequence)
);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end $$;
create trigger audit_entry_append_only before update or delete on audit_entry for each row execute function refuse_audit_change();
create trigger audit_entry_no_truncate before truncate on audit_entry for each statement execute function refuse_audit_change();
