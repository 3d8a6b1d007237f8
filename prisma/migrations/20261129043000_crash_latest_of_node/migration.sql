-- A group's latest on one node, which may be one in many: not looked for among all of the group.
-- CreateIndex
CREATE INDEX "crash_reports_group_id_node_at_id_idx" ON "crash_reports"("group_id", "node", "at" DESC, "id" DESC);
