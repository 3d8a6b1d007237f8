-- CreateTable
CREATE TABLE "fault_scenarios" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "saved_by" TEXT NOT NULL,
    "saved_at" TIMESTAMPTZ(3) NOT NULL,
    "body" JSONB NOT NULL,

    CONSTRAINT "fault_scenarios_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fault_routines" (
    "id" TEXT NOT NULL,
    "scenario_id" TEXT NOT NULL,
    "saved_by" TEXT NOT NULL,
    "saved_at" TIMESTAMPTZ(3) NOT NULL,
    "body" JSONB NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "fault_routines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fault_verdicts" (
    "experiment_id" TEXT NOT NULL,
    "subtree" TEXT NOT NULL,
    "fault" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "verdict" TEXT NOT NULL,

    CONSTRAINT "fault_verdicts_pkey" PRIMARY KEY ("experiment_id","subtree","fault")
);

-- CreateIndex
CREATE INDEX "fault_scenarios_name_idx" ON "fault_scenarios"("name");

-- CreateIndex
CREATE INDEX "fault_routines_scenario_id_idx" ON "fault_routines"("scenario_id");

-- CreateIndex
CREATE INDEX "fault_verdicts_at_idx" ON "fault_verdicts"("at" DESC);
