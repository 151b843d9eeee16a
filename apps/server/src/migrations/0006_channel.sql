-- Servers that hold connections of agents. One that stops saying so is gone, and its devices are offline.
create table server (
  id uuid primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

-- The last hello of which we know that the agent heard our answer: an identity that states an earlier one was copied or set back.
alter table device add column hello_confirmed int not null default 0;
create index device_connected on device (connected_server) where connected_server is not null;

-- Answers of devices on their way to the server that asked; it takes them away.
create table device_answer (
  query_id uuid primary key,
  device_id uuid not null references device,
  at timestamptz not null default now(),
  rows jsonb not null,
  error text
);
