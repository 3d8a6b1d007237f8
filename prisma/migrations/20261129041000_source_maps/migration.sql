-- CreateTable
CREATE TABLE "source_maps" (
    "id" UUID NOT NULL,
    "application" TEXT,
    "release" TEXT,
    "file" TEXT,
    "debug_id" TEXT,
    "sha256" TEXT,
    "content" BYTEA NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "sources" INTEGER NOT NULL,
    "uploaded_at" TIMESTAMPTZ(3) NOT NULL,
    "uploaded_by" TEXT NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "source_maps_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "source_maps_application_release_file_idx" ON "source_maps"("application", "release", "file");

-- CreateIndex
CREATE INDEX "source_maps_debug_id_idx" ON "source_maps"("debug_id");

-- CreateIndex
CREATE INDEX "source_maps_sha256_idx" ON "source_maps"("sha256");

-- CreateIndex
CREATE INDEX "source_maps_uploaded_at_id_idx" ON "source_maps"("uploaded_at" DESC, "id" DESC);
