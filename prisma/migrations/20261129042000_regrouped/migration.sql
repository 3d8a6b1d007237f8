-- AlterTable
ALTER TABLE "crash_groups" ADD COLUMN     "regrouped_as" TEXT;

-- CreateIndex
CREATE INDEX "crash_groups_regrouped_as_idx" ON "crash_groups"("regrouped_as");
