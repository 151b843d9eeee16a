-- Work that outlives a request: enqueued in the transaction of the change that asks for it.
create table job (
  id uuid primary key,
  kind text not null,
  payload jsonb not null,
  run_at timestamptz not null,
  attempts int not null default 0,
  locked_until timestamptz,
  last_error text,
  -- The same key twice is the same work.
  unique_key text unique
);
create index job_due on job (kind, run_at);
create index job_locked on job (locked_until) where locked_until is not null;

create table device (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  name text not null,
  state text not null default 'active' check (state in ('active', 'held', 'retired')),
  role text not null default 'workstation' check (role in ('workstation', 'server', 'domain_controller')),
  groups text[] not null default '{}',
  tags text[] not null default '{}',
  note text not null default '',
  public_key bytea not null unique,
  certificate_fingerprint text not null,
  certificate_not_after timestamptz not null,
  enrolled_at timestamptz not null,
  enrolled_by text not null,
  agent_version text,
  facts jsonb,
  capabilities jsonb not null default '[]',
  clock_skew_ms double precision,
  -- Of the newest connection: which server holds it, since when, and by what means. Null when it is gone.
  connected_server uuid,
  connected_at timestamptz,
  connected_by text,
  last_seen_at timestamptz,
  held_at timestamptz,
  held_why text,
  retired_at timestamptz,
  -- Counts its hellos, so that a copy of its identity is noticed.
  hello_count int not null default 0,
  last_run_id uuid,
  last_machine_id text,
  -- Last sequence that was given to a command.
  sequence bigint not null default 0,
  -- Head of the agent's own chain, as last reported.
  chain_sequence bigint not null default 0,
  chain_hash text
);
create index device_list on device (organisation_id, lower(name), id);
create index device_groups on device using gin (groups);
create index device_tags on device using gin (tags);

create table enrolment_token (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  prefix text not null,
  token_hash bytea not null unique,
  note text not null default '',
  groups text[] not null default '{}',
  tags text[] not null default '{}',
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by uuid references device,
  revoked_at timestamptz
);

-- What was asked for and consented to as one.
create table response_request (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  type text not null,
  parameters jsonb not null,
  justification text not null,
  -- Device ids, or person:<id>; sorted.
  targets text[] not null,
  script_sha256 text,
  version int not null default 1,
  digest text not null,
  submitted_by uuid not null,
  submitted_name text not null,
  submitted_at timestamptz not null,
  via text not null check (via in ('console', 'api', 'automation')),
  trigger jsonb,
  -- Members who may not vote besides who asked: the owner of the automation that did.
  barred uuid[] not null default '{}',
  required_approvals int not null check (required_approvals between 0 and 2),
  approval_expires_at timestamptz,
  not_after timestamptz not null,
  emergency jsonb,
  undo_of uuid,
  idempotency_key text,
  edits jsonb not null default '[]',
  -- What dispatch puts into the signed command: the authority under which it runs.
  authority jsonb,
  decided_at timestamptz,
  unique (id, submitted_by),
  unique (organisation_id, submitted_by, idempotency_key)
);
create index response_request_waiting on response_request (organisation_id, approval_expires_at) where decided_at is null;

create table response_vote (
  request_id uuid not null,
  version int not null,
  member_id uuid not null references member,
  member_name text not null,
  -- Repeated here so that the database itself can refuse a self-approval.
  submitted_by uuid not null,
  decision text not null check (decision in ('approve', 'reject')),
  digest text not null,
  reason text not null default '',
  at timestamptz not null,
  primary key (request_id, version, member_id),
  foreign key (request_id, submitted_by) references response_request (id, submitted_by),
  constraint nobody_approves_their_own_request check (member_id <> submitted_by)
);

-- One response action on one target.
create table response (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  request_id uuid not null references response_request,
  type text not null,
  device_id uuid references device,
  person_id uuid,
  target_name text not null,
  -- What it is aimed at on its target, such as `address:203.0.113.7`: a second one under way is a duplicate.
  subject text not null,
  parameters jsonb not null,
  status text not null check (status in ('pending_approval', 'queued', 'executing', 'completed', 'failed', 'cancelled')),
  reason text,
  detail text,
  submitted_at timestamptz not null,
  approved_at timestamptz,
  queued_at timestamptz,
  leased_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  not_after timestamptz not null,
  command_id uuid unique,
  command_sequence bigint,
  cancel_requested jsonb,
  evidence jsonb,
  verification text check (verification in ('scheduled', 'passed', 'failed', 'inconclusive')),
  verification_due timestamptz,
  verification_at timestamptz,
  verification_detail text,
  verification_evidence jsonb,
  containment text check (containment in ('in_force', 'drifted', 'ended', 'undone')),
  containment_until timestamptz,
  containment_checked_at timestamptz,
  undo_of uuid references response,
  undone_by uuid references response,
  check ((device_id is null) <> (person_id is null))
);
create index response_history on response (organisation_id, submitted_at desc, id desc);
create index response_of_device on response (device_id, submitted_at desc);
create index response_of_request on response (request_id);
create index response_due on response (device_id) where status = 'queued';
create index response_open on response (not_after) where status in ('queued', 'executing');
create unique index response_under_way on response (device_id, type, subject) where status in ('pending_approval', 'queued', 'executing');
create index response_contained on response (device_id) where containment in ('in_force', 'drifted');

-- Signed commands that an agent has not acknowledged by a report: sent again after each reconnect, in order.
create table device_command (
  id uuid primary key,
  device_id uuid not null references device,
  sequence bigint not null,
  response_id uuid references response,
  kind text not null check (kind in ('execute', 'verify', 'cancel')),
  envelope jsonb not null,
  not_after timestamptz not null,
  created_at timestamptz not null,
  acknowledged_at timestamptz,
  unique (device_id, sequence)
);
create index device_command_open on device_command (device_id, sequence) where acknowledged_at is null;

create table response_event (
  id bigint generated always as identity primary key,
  response_id uuid not null references response,
  at timestamptz not null,
  kind text not null,
  actor text not null,
  detail text not null default ''
);
create index response_event_of on response_event (response_id, id);

create table response_output (
  id bigint generated always as identity primary key,
  response_id uuid not null references response,
  at timestamptz not null,
  stream text not null,
  text text not null
);
create index response_output_of on response_output (response_id, id);

-- Reports of agents that are stored: sending one again does no harm.
create table agent_report (
  report_id uuid primary key,
  device_id uuid not null references device,
  at timestamptz not null,
  received_at timestamptz not null,
  chain_sequence bigint not null,
  chain_hash text not null,
  report jsonb not null
);
create index agent_report_chain on agent_report (device_id, chain_sequence);

create table suppression (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  type text not null,
  target text not null,
  subject text not null,
  reason text not null,
  until timestamptz not null,
  created_by text not null,
  created_at timestamptz not null
);
create index suppression_of on suppression (organisation_id, target, until);

create table organisation_setting (
  organisation_id uuid not null references organisation,
  key text not null,
  value jsonb not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (organisation_id, key)
);
