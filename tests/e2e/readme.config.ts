import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

/** Makes the pictures of the README anew: `npm run screenshots`. */
export default defineConfig(config, { testDir: 'readme', projects: [{ name: 'normal' }] });
