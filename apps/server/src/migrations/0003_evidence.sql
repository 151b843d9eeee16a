-- Archives that agents collected. The bytes are in the evidence store, in numbered parts; the records stay when the bytes are deleted.
create table evidence (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  response_id uuid not null references response,
  device_id uuid not null references device,
  device_name text not null,
  state text not null default 'uploading' check (state in ('uploading', 'checking', 'stored', 'refused', 'abandoned', 'deleted')),
  name text not null,
  -- Of the encrypted archive, as announced.
  bytes bigint not null check (bytes > 0),
  sha256 text not null,
  chunk_bytes int not null check (chunk_bytes > 0),
  manifest jsonb not null,
  collector_key text not null,
  opened_at timestamptz not null,
  -- When a part last came: an upload that stands still is swept away.
  touched_at timestamptz not null,
  stored_at timestamptz,
  deleted_at timestamptz,
  why text,
  -- One server at a time hashes a copy, until then unless it goes on.
  checking_until timestamptz,
  checked_at timestamptz,
  check_result text check (check_result in ('intact', 'damaged')),
  check_detail text,
  -- Set once the parts are out of the store.
  removed_at timestamptz
);
create index evidence_list on evidence (organisation_id, id desc);
create index evidence_of_device on evidence (device_id, id desc);
create index evidence_of_response on evidence (response_id);
create index evidence_unfinished on evidence (touched_at) where state in ('uploading', 'checking');
create index evidence_unremoved on evidence (id) where removed_at is null and state in ('refused', 'abandoned', 'deleted');
-- One archive per collection; earlier tries are abandoned.
create unique index evidence_one_per_response on evidence (response_id) where state in ('uploading', 'checking', 'stored');

create table evidence_chunk (
  evidence_id uuid not null references evidence,
  index int not null,
  bytes int not null,
  sha256 text not null,
  primary key (evidence_id, index)
);

-- Who did what with an archive. Each entry's hash covers the one before.
create table evidence_custody (
  evidence_id uuid not null references evidence,
  sequence int not null,
  at timestamptz not null,
  actor jsonb not null,
  action text not null check (action in ('opened', 'stored', 'refused', 'abandoned', 'checked', 'downloaded', 'deleted')),
  detail jsonb not null,
  previous_hash text not null,
  hash text not null,
  primary key (evidence_id, sequence)
);
create function refuse_custody_change() returns trigger language plpgsql as $$
begin
  raise exception 'the custody log is append-only';
end $$;
create trigger evidence_custody_append_only before update or delete on evidence_custody for each row execute function refuse_custody_change();
create trigger evidence_custody_no_truncate before truncate on evidence_custody for each statement execute function refuse_custody_change();
