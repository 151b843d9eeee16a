create table audit_checkpoint (
  organisation_id uuid not null references organisation,
  sequence bigint not null,
  hash text not null,
  at timestamptz not null,
  envelope jsonb not null,
  payload_sha256 text not null,
  -- Of the key that signed it, since keys are replaced.
  public_key text not null,
  primary key (organisation_id, sequence)
);
create trigger audit_checkpoint_append_only before update or delete on audit_checkpoint for each row execute function refuse_audit_change();
create trigger audit_checkpoint_no_truncate before truncate on audit_checkpoint for each statement execute function refuse_audit_change();

-- The head of an agent's own chain that the log has last told of.
create table audited_chain_head (
  device_id uuid primary key references device,
  hash text not null
);
