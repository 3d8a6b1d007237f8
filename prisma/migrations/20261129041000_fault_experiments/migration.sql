-- CreateTable
CREATE TABLE "fault_experiments" (
    "id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "started_by" TEXT NOT NULL,
    "routine" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "body" JSONB NOT NULL,
    "resilience" JSONB,

    CONSTRAINT "fault_experiments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fault_targets" (
    "experiment_id" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "lease_id" TEXT,
    "node" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "pid" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "code" TEXT NOT NULL DEFAULT '',
    "firings" BIGINT NOT NULL DEFAULT 0,
    "injected_at" TIMESTAMPTZ(3),
    "recovered_at" TIMESTAMPTZ(3),
    "read_back" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "fault_targets_pkey" PRIMARY KEY ("experiment_id","place")
);

-- CreateIndex
CREATE INDEX "fault_experiments_created_at_id_idx" ON "fault_experiments"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "fault_experiments_status_idx" ON "fault_experiments"("status");
