-- AlterTable
ALTER TABLE "crash_groups" ADD COLUMN     "merged_into" TEXT,
ADD COLUMN     "newest_release" TEXT,
ADD COLUMN     "regressed_at" TIMESTAMPTZ(3),
ADD COLUMN     "resolved_in" TEXT,
ADD COLUMN     "status_at" TIMESTAMPTZ(3),
ADD COLUMN     "status_by" TEXT;

-- AlterTable
ALTER TABLE "crash_reports" ADD COLUMN     "merged_from" TEXT;

-- AlterTable
ALTER TABLE "storm_keys" ADD COLUMN     "merged_from" TEXT;

-- CreateTable
CREATE TABLE "crash_group_parts" (
    "fingerprint" TEXT NOT NULL,
    "group_id" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "casualties" BIGINT NOT NULL,
    "first_seen" TIMESTAMPTZ(3) NOT NULL,
    "last_seen" TIMESTAMPTZ(3) NOT NULL,
    "nodes" TEXT[],
    "first_release" TEXT,
    "last_release" TEXT,
    "merged_at" TIMESTAMPTZ(3),
    "merged_by" TEXT,

    CONSTRAINT "crash_group_parts_pkey" PRIMARY KEY ("fingerprint")
);

-- CreateTable
CREATE TABLE "crash_group_notes" (
    "id" UUID NOT NULL,
    "group_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "who" TEXT NOT NULL,
    "change" TEXT,
    "text" TEXT NOT NULL,

    CONSTRAINT "crash_group_notes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "crash_releases" (
    "family" TEXT NOT NULL,
    "release" TEXT NOT NULL,
    "first_seen" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "crash_releases_pkey" PRIMARY KEY ("family","release")
);

-- CreateIndex
CREATE INDEX "crash_groups_merged_into_idx" ON "crash_groups"("merged_into");

-- CreateIndex
CREATE INDEX "crash_group_parts_group_id_idx" ON "crash_group_parts"("group_id");

-- CreateIndex
CREATE INDEX "crash_group_notes_group_id_at_idx" ON "crash_group_notes"("group_id", "at" DESC);

-- What is known of releases so far.
UPDATE "crash_groups" SET "newest_release" = "last_release";
INSERT INTO "crash_releases" ("family", "release", "first_seen")
SELECT split_part("node", '@', 1), "release", min("at") FROM "crash_reports" WHERE "release" IS NOT NULL GROUP BY 1, 2;
