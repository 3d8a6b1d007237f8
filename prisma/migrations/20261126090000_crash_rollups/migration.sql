-- CreateTable
CREATE TABLE "crash_cells" (
    "id" SERIAL NOT NULL,
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

    CONSTRAINT "crash_cells_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "crash_rollups" (
    "span_hours" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "cell_id" INTEGER NOT NULL,
    "n" BIGINT NOT NULL,

    CONSTRAINT "crash_rollups_pkey" PRIMARY KEY ("span_hours","from_at","cell_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "crash_cells_cell_key" ON "crash_cells"("cell");

-- Room in each page for counts, which change with every crash.
ALTER TABLE "crash_cells" SET (fillfactor = 80);
ALTER TABLE "crash_rollups" SET (fillfactor = 80);

-- What is long (the report, its words, its stack) stands beside the table, so that counting what matches reads little.
ALTER TABLE "crash_reports" SET (toast_tuple_target = 640);

-- Reports whose text says something else than their tag: `reason:` means either.
CREATE INDEX "crash_reports_reason_text_idx" ON "crash_reports" USING HASH (lower("reason_text"))
  WHERE lower("reason_text") <> lower("reason");

-- Few are injected: a group's latest of them are not looked for among all.
CREATE INDEX "crash_reports_injected_idx" ON "crash_reports" ("group_id", "at" DESC, "id" DESC) WHERE "is_injected";

-- In the very order in which a group's latest are read, so that reading ends with the last that is wanted.
-- DropIndex
DROP INDEX "crash_reports_group_id_at_idx";

-- CreateIndex
CREATE INDEX "crash_reports_group_id_at_id_idx" ON "crash_reports"("group_id", "at" DESC, "id" DESC);

CREATE FUNCTION crash_rollup_from("at" TIMESTAMPTZ, hours INTEGER) RETURNS TIMESTAMPTZ LANGUAGE sql IMMUTABLE AS
  'SELECT to_timestamp(floor(extract(epoch FROM $1) / ($2 * 3600)) * ($2 * 3600))';

-- A cell by its facts: an index over the facts themselves could meet an entry too long for it.
CREATE FUNCTION crash_cell(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, BOOLEAN, BOOLEAN) RETURNS UUID LANGUAGE sql IMMUTABLE AS
  'SELECT md5(length($1) || $1 || length($2) || $2 || length($3) || $3 || length($4) || $4 || length($5) || $5 || length($6) || $6 || $7::int || $8::int)::uuid';

-- Whoever writes takes the locks of the cells first, in one order; a rollup is only touched by who holds its cell.
CREATE FUNCTION crash_rollups_insert() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  WITH moved AS (
    SELECT c.at, crash_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected) AS cell, c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected, 1 AS sign, c.size_bytes
    FROM new_rows c
  ), cells AS (
    INSERT INTO crash_cells (cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, n, bytes)
    SELECT cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, sum(sign), sum(sign * size_bytes)
    FROM moved GROUP BY cell, group_id, node, reason, module, outcome, kind, is_root, is_injected
    ORDER BY cell
    ON CONFLICT (cell) DO UPDATE SET n = crash_cells.n + excluded.n, bytes = crash_cells.bytes + excluded.bytes
    RETURNING id, cell
  )
  INSERT INTO crash_rollups (span_hours, from_at, cell_id, n)
  SELECT s.hours, crash_rollup_from(m.at, s.hours), k.id, sum(m.sign)
  FROM moved m JOIN cells k ON k.cell = m.cell CROSS JOIN (VALUES (1), (24)) AS s(hours)
  GROUP BY 1, 2, 3 HAVING sum(m.sign) <> 0
  ON CONFLICT (span_hours, from_at, cell_id) DO UPDATE SET n = crash_rollups.n + excluded.n;
  RETURN NULL;
END $$;

CREATE FUNCTION crash_rollups_delete() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  WITH moved AS (
    SELECT c.at, crash_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected) AS cell, c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected, -1 AS sign, c.size_bytes
    FROM old_rows c
  ), cells AS (
    INSERT INTO crash_cells (cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, n, bytes)
    SELECT cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, sum(sign), sum(sign * size_bytes)
    FROM moved GROUP BY cell, group_id, node, reason, module, outcome, kind, is_root, is_injected
    ORDER BY cell
    ON CONFLICT (cell) DO UPDATE SET n = crash_cells.n + excluded.n, bytes = crash_cells.bytes + excluded.bytes
    RETURNING id, cell
  )
  INSERT INTO crash_rollups (span_hours, from_at, cell_id, n)
  SELECT s.hours, crash_rollup_from(m.at, s.hours), k.id, sum(m.sign)
  FROM moved m JOIN cells k ON k.cell = m.cell CROSS JOIN (VALUES (1), (24)) AS s(hours)
  GROUP BY 1, 2, 3 HAVING sum(m.sign) <> 0
  ON CONFLICT (span_hours, from_at, cell_id) DO UPDATE SET n = crash_rollups.n + excluded.n;
  DELETE FROM crash_rollups r USING (
    SELECT DISTINCT s.hours, crash_rollup_from(c.at, s.hours) AS from_at
    FROM old_rows c CROSS JOIN (VALUES (1), (24)) AS s(hours)
  ) AS touched WHERE r.span_hours = touched.hours AND r.from_at = touched.from_at AND r.n = 0;
  DELETE FROM crash_cells k USING (
    SELECT DISTINCT crash_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected) AS cell FROM old_rows c
  ) AS touched WHERE k.cell = touched.cell AND k.n = 0;
  RETURN NULL;
END $$;

CREATE FUNCTION crash_rollups_update() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  WITH moved AS (
    SELECT c.at, crash_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected) AS cell, c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected, c.sign AS sign, c.size_bytes
    FROM (SELECT o.*, -1 AS sign FROM old_rows o UNION ALL SELECT w.*, 1 AS sign FROM new_rows w) c
  ), cells AS (
    INSERT INTO crash_cells (cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, n, bytes)
    SELECT cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, sum(sign), sum(sign * size_bytes)
    FROM moved GROUP BY cell, group_id, node, reason, module, outcome, kind, is_root, is_injected
    HAVING sum(sign) <> 0 OR sum(sign * size_bytes) <> 0 OR min(at) <> max(at)
    ORDER BY cell
    ON CONFLICT (cell) DO UPDATE SET n = crash_cells.n + excluded.n, bytes = crash_cells.bytes + excluded.bytes
    RETURNING id, cell
  )
  INSERT INTO crash_rollups (span_hours, from_at, cell_id, n)
  SELECT s.hours, crash_rollup_from(m.at, s.hours), k.id, sum(m.sign)
  FROM moved m JOIN cells k ON k.cell = m.cell CROSS JOIN (VALUES (1), (24)) AS s(hours)
  GROUP BY 1, 2, 3 HAVING sum(m.sign) <> 0
  ON CONFLICT (span_hours, from_at, cell_id) DO UPDATE SET n = crash_rollups.n + excluded.n;
  DELETE FROM crash_rollups r USING (
    SELECT DISTINCT s.hours, crash_rollup_from(c.at, s.hours) AS from_at
    FROM old_rows c CROSS JOIN (VALUES (1), (24)) AS s(hours)
  ) AS touched WHERE r.span_hours = touched.hours AND r.from_at = touched.from_at AND r.n = 0;
  DELETE FROM crash_cells k USING (
    SELECT DISTINCT crash_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected) AS cell FROM old_rows c
  ) AS touched WHERE k.cell = touched.cell AND k.n = 0;
  RETURN NULL;
END $$;

-- What is held already.
INSERT INTO crash_cells (cell, group_id, node, reason, module, outcome, kind, is_root, is_injected, n, bytes)
SELECT crash_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected), c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected, count(*), sum(c.size_bytes)
FROM crash_reports c GROUP BY c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected;

INSERT INTO crash_rollups (span_hours, from_at, cell_id, n)
SELECT s.hours, crash_rollup_from(c.at, s.hours), k.id, count(*)
FROM crash_reports c JOIN crash_cells k ON k.cell = crash_cell(c.group_id, c.node, c.reason, c.module, c.outcome, c.kind, c.is_root, c.is_injected)
CROSS JOIN (VALUES (1), (24)) AS s(hours)
GROUP BY 1, 2, 3;

CREATE TRIGGER crash_rollups_insert AFTER INSERT ON crash_reports REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollups_insert();
CREATE TRIGGER crash_rollups_delete AFTER DELETE ON crash_reports REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollups_delete();
CREATE TRIGGER crash_rollups_update AFTER UPDATE ON crash_reports REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollups_update();
