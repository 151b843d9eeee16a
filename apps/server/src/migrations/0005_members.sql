alter table member add column removed_at timestamptz;
