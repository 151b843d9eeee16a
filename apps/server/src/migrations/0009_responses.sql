-- Done by this server instead of by an agent: people, and scripts through a connector.
alter table response add column runs_here boolean not null default false;
-- What was kept of its output; beyond a limit the rest is left out, and that is said.
alter table response add column output_bytes int not null default 0;
create unique index response_person_under_way on response (person_id, type, subject)
  where person_id is not null and status in ('pending_approval', 'queued', 'executing');
create index response_undo on response (undo_of) where undo_of is not null;
create index response_of_person on response (person_id, submitted_at desc) where person_id is not null;

-- What an extension calls it, such as the name of a script; null: the action's own sentence.
alter table response_request add column sentence text;
-- Of what was submitted under the idempotency key: another body under the same key is a mistake.
alter table response_request add column idempotency_hash text;

-- Null until a connection took it.
alter table device_command add column sent_at timestamptz;
create index device_command_unsent on device_command (device_id) where sent_at is null and acknowledged_at is null;
