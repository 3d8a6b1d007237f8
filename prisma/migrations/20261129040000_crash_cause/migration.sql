-- Injected is what a fault is proven to have led to (its role is direct), not all that one touched.
UPDATE "crash_reports" SET "is_injected" = false
WHERE "is_injected" AND NOT jsonb_path_exists("report", '$.faults.value[*] ? (@.role == "direct")');

-- Groups with crashes of both causes are found without reading the cells of the others.
-- CreateIndex
CREATE INDEX "crash_cells_is_injected_group_id_idx" ON "crash_cells"("is_injected", "group_id");
