-- CreateTable
CREATE TABLE "crash_reports" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "at_us" BIGINT NOT NULL,
    "stored_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "node" TEXT NOT NULL,
    "incarnation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "pid" TEXT NOT NULL,
    "name" TEXT,
    "label" TEXT,
    "behaviour" TEXT NOT NULL,
    "module" TEXT NOT NULL,
    "release" TEXT,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "reason_text" TEXT NOT NULL,
    "top_frame" TEXT,
    "message_type" TEXT,
    "mailbox_length" INTEGER,
    "uptime_ms" DOUBLE PRECISION NOT NULL,
    "restarts" INTEGER,
    "action" TEXT,
    "outcome" TEXT NOT NULL DEFAULT 'pending',
    "back_after_ms" DOUBLE PRECISION,
    "root_id" UUID NOT NULL,
    "is_root" BOOLEAN NOT NULL,
    "is_root_missing" BOOLEAN NOT NULL DEFAULT false,
    "is_injected" BOOLEAN NOT NULL DEFAULT false,
    "faults" TEXT[],
    "group_id" TEXT NOT NULL,
    "occurrence" BIGINT NOT NULL,
    "search_text" TEXT NOT NULL,
    "stack" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "report" JSONB NOT NULL,

    CONSTRAINT "crash_reports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "crash_groups" (
    "id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "contributed" TEXT[],
    "name" TEXT NOT NULL,
    "module" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "reason_text" TEXT NOT NULL,
    "top_frame" TEXT,
    "status" TEXT NOT NULL DEFAULT 'open',
    "first_seen" TIMESTAMPTZ(3) NOT NULL,
    "last_seen" TIMESTAMPTZ(3) NOT NULL,
    "last_crash" UUID,
    "nodes" TEXT[],
    "count" BIGINT NOT NULL DEFAULT 0,
    "casualties" BIGINT NOT NULL DEFAULT 0,
    "first_release" TEXT,
    "last_release" TEXT,

    CONSTRAINT "crash_groups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "crash_amendments" (
    "crash_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decision" JSONB,
    "outcome" JSONB,

    CONSTRAINT "crash_amendments_pkey" PRIMARY KEY ("crash_id")
);

-- CreateTable
CREATE TABLE "storm_keys" (
    "key" TEXT NOT NULL,
    "group_id" TEXT NOT NULL,

    CONSTRAINT "storm_keys_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "storm_counts" (
    "node" TEXT NOT NULL,
    "incarnation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "total" BIGINT NOT NULL,
    "not_stored" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "storm_counts_pkey" PRIMARY KEY ("node","incarnation","key")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "who" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "node" TEXT,
    "target" TEXT,
    "pid" TEXT,
    "parameters" JSONB NOT NULL,
    "result" JSONB,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "series_blocks" (
    "node" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "step_ms" INTEGER NOT NULL,
    "values" DOUBLE PRECISION[],

    CONSTRAINT "series_blocks_pkey" PRIMARY KEY ("node","metric","from_at")
);

-- CreateTable
CREATE TABLE "hub_settings" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "hub_settings_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "crash_reports_at_id_idx" ON "crash_reports"("at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "crash_reports_group_id_at_idx" ON "crash_reports"("group_id", "at" DESC);

-- CreateIndex
CREATE INDEX "crash_reports_node_key_at_idx" ON "crash_reports"("node", "key", "at" DESC);

-- CreateIndex
CREATE INDEX "crash_reports_root_id_idx" ON "crash_reports"("root_id");

-- CreateIndex
CREATE UNIQUE INDEX "crash_groups_fingerprint_key" ON "crash_groups"("fingerprint");

-- CreateIndex
CREATE INDEX "crash_groups_last_seen_id_idx" ON "crash_groups"("last_seen" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "crash_amendments_at_idx" ON "crash_amendments"("at");

-- CreateIndex
CREATE INDEX "storm_keys_group_id_idx" ON "storm_keys"("group_id");

-- CreateIndex
CREATE INDEX "storm_counts_key_idx" ON "storm_counts"("key");

-- CreateIndex
CREATE INDEX "audit_entries_at_id_idx" ON "audit_entries"("at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entries_node_target_at_idx" ON "audit_entries"("node", "target", "at" DESC);

-- CreateIndex
CREATE INDEX "series_blocks_metric_from_at_idx" ON "series_blocks"("metric", "from_at");

-- Full text over the short text only. Prisma cannot express an index over an expression and leaves it alone.
CREATE INDEX "crash_reports_search_idx" ON "crash_reports" USING GIN (to_tsvector('simple', "search_text"));
