/**
 * Tables of the embedded cloud: buckets, objects, multipart uploads, queues, messages.
 *
 * Times are milliseconds since 1970, JSON columns hold what only its owner reads. `objects.inline` is last so
 * that listing never touches the pages of a body.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS buckets (
  name TEXT PRIMARY KEY, created INTEGER NOT NULL, cors TEXT, notification TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS objects (
  bucket TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL,
  sequencer TEXT NOT NULL, headers TEXT NOT NULL, checksum TEXT, tags TEXT NOT NULL, segments TEXT NOT NULL,
  inline BLOB, PRIMARY KEY (bucket, key)
) STRICT;
CREATE TABLE IF NOT EXISTS uploads (
  id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, created INTEGER NOT NULL, headers TEXT NOT NULL,
  tags TEXT NOT NULL, algorithm TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, id);
CREATE TABLE IF NOT EXISTS parts (
  upload TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, checksum TEXT,
  file TEXT NOT NULL, modified INTEGER NOT NULL, PRIMARY KEY (upload, number)
) STRICT;
CREATE TABLE IF NOT EXISTS queues (
  name TEXT PRIMARY KEY, attributes TEXT NOT NULL, tags TEXT NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS messages (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
  attributes TEXT NOT NULL, sender TEXT NOT NULL, trace TEXT, group_id TEXT NOT NULL, deduplication_id TEXT,
  sent INTEGER NOT NULL, visible INTEGER NOT NULL, received INTEGER, receive_count INTEGER NOT NULL,
  receipt TEXT, dead_letter_source TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible);
CREATE INDEX IF NOT EXISTS messages_by_group ON messages (queue, group_id, visible);
CREATE TABLE IF NOT EXISTS deduplications (
  queue TEXT NOT NULL, id TEXT NOT NULL, message TEXT NOT NULL, sequence INTEGER NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY (queue, id)
) STRICT;
CREATE TABLE IF NOT EXISTS move_tasks (
  handle TEXT PRIMARY KEY, source TEXT NOT NULL, destination TEXT, rate INTEGER, status TEXT NOT NULL,
  moved INTEGER NOT NULL, total INTEGER NOT NULL, last_sequence INTEGER NOT NULL, started INTEGER NOT NULL,
  failure TEXT
) STRICT;
`;
