-- CreateTable
CREATE TABLE "crash_rollups" (
    "span_hours" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "cell" UUID NOT NULL,
    "group_id" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "module" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "is_root" BOOLEAN NOT NULL,
    "is_injected" BOOLEAN NOT NULL,
    "n" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "crash_rollups_pkey" PRIMARY KEY ("span_hours","from_at","cell")
);

-- Room in each page for the counts of the hour under way, which change with every crash.
ALTER TABLE "crash_rollups" SET (fillfactor = 70);

-- What is long (the report, its words, its stack) stands beside the table, so that counting what matches reads little.
ALTER TABLE "crash_reports" SET (toast_tuple_target = 640);

-- Reports whose text says something else than their tag: `reason:` means either.
CREATE INDEX "crash_reports_reason_text_idx" ON "crash_reports" USING HASH (lower("reason_text"))
  WHERE lower("reason_text") <> lower("reason");

-- The rollups of some reports. Sorted, because whoever writes takes their locks in this order.
CREATE FUNCTION crash_rollup_spans() RETURNS TABLE (hours INTEGER) LANGUAGE sql IMMUTABLE AS 'VALUES (1), (24)';

CREATE FUNCTION crash_rollup_from("at" TIMESTAMPTZ, hours INTEGER) RETURNS TIMESTAMPTZ LANGUAGE sql IMMUTABLE AS
  'SELECT to_timestamp(floor(extract(epoch FROM $1) / ($2 * 3600)) * ($2 * 3600))';

-- A cell by its facts: an index over the facts themselves could meet an entry too long for it.
CREATE FUNCTION crash_rollup_cell(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, BOOLEAN, BOOLEAN) RETURNS UUID LANGUAGE sql IMMUTABLE AS
  'SELECT md5(length($1) || $1 || length($2) || $2 || length($3) || $3 || length($4) || $4 || length($5) || $5 || length($6) || $6 || $7::int || $8::int)::uuid';

CREATE FUNCTION crash_rollups_insert() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO crash_rollups (span_hours, from_at, cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, n, bytes)
  SELECT s.hours, crash_rollup_from(c.at, s.hours) AS from_at,
         crash_rollup_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected) AS cell,
         c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected, count(*), sum(c.size_bytes)
  FROM new_rows c CROSS JOIN crash_rollup_spans() s
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  ORDER BY 1, 2, 3
  ON CONFLICT (span_hours, from_at, cell) DO UPDATE SET
    n = crash_rollups.n + excluded.n, bytes = crash_rollups.bytes + excluded.bytes;
  RETURN NULL;
END $$;

CREATE FUNCTION crash_rollups_delete() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO crash_rollups (span_hours, from_at, cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, n, bytes)
  SELECT s.hours, crash_rollup_from(c.at, s.hours) AS from_at,
         crash_rollup_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected) AS cell,
         c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected, -count(*), -sum(c.size_bytes)
  FROM old_rows c CROSS JOIN crash_rollup_spans() s
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  ORDER BY 1, 2, 3
  ON CONFLICT (span_hours, from_at, cell) DO UPDATE SET
    n = crash_rollups.n + excluded.n, bytes = crash_rollups.bytes + excluded.bytes;
  DELETE FROM crash_rollups r USING (
    SELECT DISTINCT s.hours, crash_rollup_from(c.at, s.hours) AS from_at FROM old_rows c CROSS JOIN crash_rollup_spans() s
  ) AS touched WHERE r.span_hours = touched.hours AND r.from_at = touched.from_at AND r.n = 0;
  RETURN NULL;
END $$;

CREATE FUNCTION crash_rollups_update() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO crash_rollups (span_hours, from_at, cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, n, bytes)
  SELECT s.hours, crash_rollup_from(c.at, s.hours) AS from_at,
         crash_rollup_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected) AS cell,
         c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected, sum(c.sign), sum(c.sign * c.size_bytes)
  FROM (SELECT o.*, -1 AS sign FROM old_rows o UNION ALL SELECT w.*, 1 AS sign FROM new_rows w) c CROSS JOIN crash_rollup_spans() s
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  HAVING sum(c.sign) <> 0 OR sum(c.sign * c.size_bytes) <> 0
  ORDER BY 1, 2, 3
  ON CONFLICT (span_hours, from_at, cell) DO UPDATE SET
    n = crash_rollups.n + excluded.n, bytes = crash_rollups.bytes + excluded.bytes;
  DELETE FROM crash_rollups r USING (
    SELECT DISTINCT s.hours, crash_rollup_from(c.at, s.hours) AS from_at FROM old_rows c CROSS JOIN crash_rollup_spans() s
  ) AS touched WHERE r.span_hours = touched.hours AND r.from_at = touched.from_at AND r.n = 0;
  RETURN NULL;
END $$;

-- What is held already.
INSERT INTO crash_rollups (span_hours, from_at, cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, n, bytes)
SELECT s.hours, crash_rollup_from(c.at, s.hours),
       crash_rollup_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected),
       c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected, count(*), sum(c.size_bytes)
FROM crash_reports c CROSS JOIN crash_rollup_spans() s
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;

CREATE TRIGGER crash_rollups_insert AFTER INSERT ON crash_reports REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollups_insert();
CREATE TRIGGER crash_rollups_delete AFTER DELETE ON crash_reports REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollups_delete();
CREATE TRIGGER crash_rollups_update AFTER UPDATE ON crash_reports REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollups_update();
