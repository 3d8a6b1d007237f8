-- CreateTable
CREATE TABLE "crash_rollup_changes" (
    "id" BIGSERIAL NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "crash_rollup_changes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "crash_rollup_changes_from_at_idx" ON "crash_rollup_changes"("from_at");

-- Whether a group is mixed is read from an index alone.
-- DropIndex
DROP INDEX "crash_cells_is_injected_group_id_idx";

-- CreateIndex
CREATE INDEX "crash_cells_group_id_is_root_is_injected_idx" ON "crash_cells"("group_id", "is_root", "is_injected");

-- Rows are only added here, so that nobody waits for anybody. An hour that is not over is kept by nobody and changes all the time.
CREATE FUNCTION crash_rollup_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO crash_rollup_changes (from_at)
  SELECT DISTINCT crash_rollup_from(t.at, 1) FROM touched t WHERE crash_rollup_from(t.at, 1) + interval '1 hour' <= now();
  RETURN NULL;
END $$;

CREATE TRIGGER crash_rollup_changes_insert AFTER INSERT ON crash_reports REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollup_changed();
CREATE TRIGGER crash_rollup_changes_delete AFTER DELETE ON crash_reports REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollup_changed();
-- An update moves a report from one cell to another of the same hour: when it was does not change.
CREATE TRIGGER crash_rollup_changes_update AFTER UPDATE ON crash_reports REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION crash_rollup_changed();
