import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

/** A month of a whole village, tap by tap: `npm run month`. It takes minutes, so it is no part of the suite. */
export default defineConfig(config, {
  testDir: 'month',
  timeout: 1_800_000,
  projects: [{ name: 'normal' }],
});
