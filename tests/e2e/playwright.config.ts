import { defineConfig } from '@playwright/test';
import type { Options } from './harness/fixtures.ts';

/**
 * Every test runs on a small phone; those tagged @screen run again in large type (大字).
 * The browser is the distribution's own, nothing is downloaded.
 */
export default defineConfig<Options>({
  testDir: 'specs',
  outputDir: 'output/results',
  globalSetup: './harness/prepare.ts',
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'normal', use: { large: false } },
    { name: 'large', use: { large: true }, grep: /@screen/ },
  ],
});
