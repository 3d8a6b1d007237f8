import { defineConfig } from '@playwright/test'
import { chromiumPath } from '../scripts/system-packages.mjs'

const path = chromiumPath()

/** Stories against the real thing: each worker starts its own dashboard and demo (see `constellation.ts`). */
export default defineConfig({
  testDir: '.',
  testMatch: '*.story.ts',
  outputDir: '../test-results/e2e',
  workers: 2,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: '../test-results/playwright.json' }]],
  use: {
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(path ? { executablePath: path } : {}),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
})
