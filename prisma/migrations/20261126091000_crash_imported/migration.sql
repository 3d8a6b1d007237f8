-- AlterTable
ALTER TABLE "crash_reports" ADD COLUMN "imported_by" TEXT;
