# Two images, `dashboard` and `demo`: docker build --target dashboard .
# RUN steps name no absolute path and run no install script, so that they can be carried out anywhere by hand
# (packages/testkit/src/images does, in `npm run bench -- holds`).

FROM node:24-bookworm-slim AS manifests
WORKDIR /orrery
COPY package.json package-lock.json ./
COPY apps/dashboard/package.json apps/dashboard/
COPY apps/mail-robustifier/package.json apps/mail-robustifier/
COPY apps/exchange/package.json apps/exchange/
COPY packages/agent/package.json packages/agent/
COPY packages/cli/package.json packages/cli/
COPY packages/hub/package.json packages/hub/
COPY packages/live/package.json packages/live/
COPY packages/protocol/package.json packages/protocol/
COPY packages/runtime/package.json packages/runtime/
COPY packages/testkit/package.json packages/testkit/

FROM manifests AS build
ENV NEXT_TELEMETRY_DISABLED=1 TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1 CHECKPOINT_DISABLE=1
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY . .
RUN npx --no-install turbo run build --output-logs=errors-only --ui=stream && rm -r apps/dashboard/.next/cache
# A folder to be given away with its owner: a volume mounted there begins as the image's user's.
RUN mkdir data

# Without what is only for building, and without what could only be of use to another database, a debugger or a compiler.
FROM manifests AS dashboard-packages
RUN npm ci --omit=dev --omit=optional --workspace=@orrery/dashboard --ignore-scripts --no-audit --no-fund --loglevel=error \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
 && find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*_fast_bg.postgresql.*' -delete \
 && rm -r node_modules/next/dist/esm node_modules/next/dist/docs

# A workspace that only its tests need would come along with all it needs itself; what is left is as the lock file has it.
FROM manifests AS demo-packages
RUN npm pkg delete devDependencies --workspace=@orrery/mail-robustifier \
 && npm install --omit=dev --omit=optional --workspace=@orrery/mail-robustifier --ignore-scripts --no-audit --no-fund --loglevel=error \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-bookworm-slim AS dashboard
WORKDIR /orrery
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 ORRERY_HOST=0.0.0.0 ORRERY_DATA=/orrery/data
COPY --from=dashboard-packages /orrery ./
COPY prisma/migrations prisma/migrations
COPY packages/hub/src/store/embedded-worker.mjs packages/hub/src/store/
COPY apps/dashboard/next.config.mjs apps/dashboard/
COPY --from=build /orrery/apps/dashboard/.next apps/dashboard/.next
COPY --from=build /orrery/apps/dashboard/dist apps/dashboard/dist
COPY --from=build --chown=1000:1000 /orrery/data data
USER 1000:1000
EXPOSE 4040
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ORRERY_PORT || 4040}/readyz`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "apps/dashboard/dist/server.mjs"]

FROM node:24-bookworm-slim AS demo
WORKDIR /orrery
ENV NODE_ENV=production MAIL_SMTP_PORT=2525 MAIL_DATA=/orrery/data/mail ORRERY_SPOOL_DIR=/orrery/data/spool
COPY --from=demo-packages /orrery ./
COPY --from=build /orrery/apps/mail-robustifier/dist apps/mail-robustifier/dist
COPY --from=build /orrery/packages/cli/dist packages/cli/dist
COPY --from=build --chown=1000:1000 /orrery/data data
USER 1000:1000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "require('node:net').connect(process.env.MAIL_SMTP_PORT, '127.0.0.1').once('data', (text) => process.exit(/^220 /.test(text) ? 0 : 1)).once('error', () => process.exit(1))"]
# Below a runner, so that it can be paused and ended, too; started again after a node kill.
CMD ["node", "packages/cli/dist/main.mjs", "run", "--name", "mail", "--", "node", "--enable-source-maps", "apps/mail-robustifier/dist/main.mjs"]
