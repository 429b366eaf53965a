import { rm } from 'node:fs/promises';
import { test as base, expect, type Page } from '@playwright/test';
import { Caller, type Award, type Household } from './caller.ts';
import { copyOfTown } from './prepare.ts';
import { expectSoundScreen } from './screen.ts';
import { password, startServer, type Server } from './server.ts';

/** The demonstration accounts. */
export type Role = 'county' | 'town' | 'cadre' | 'panel' | 'supervisor' | 'worker';

export interface Options {
  /** Large type (大字). */
  large: boolean;
}

/** What waits, in the order in which it was recorded, and who recorded and who decides it. */
interface Table {
  worker: Caller;
  panel: Caller;
  households: Household[];
  awards: Award[];
}

interface Fixtures {
  /** A server with a database of its own. */
  server: Server;
  /** Goes to a path of the app, in large type where the project asks for it. */
  open(path: string): Promise<void>;
  /** Signs in through the real page, as a person who was not signed in before; then goes to a path. */
  signedIn(role: Role, path?: string): Promise<void>;
  /** The API beside the browser: prepares what a test needs and says what was stored. */
  as(role: Role): Promise<Caller>;
  /** Leaves nothing for the panel to decide but this deed of so many households, as the worker recorded it. */
  onTheTable(deed: string, count: number, note?: string): Promise<Table>;
  /** Asserts that what is on the screen is sound and keeps a picture of it under this name. */
  look(name: string): Promise<void>;
}

export const test = base.extend<Options & Fixtures>({
  large: [false, { option: true }],

  server: async ({}, use, testInfo) => {
    const folder = await copyOfTown();
    const server = await startServer(folder);
    await use(server);
    await server.stop();
    await rm(folder, { recursive: true, force: true });
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server log', { body: server.log(), contentType: 'text/plain' });
    }
  },

  baseURL: async ({ server }, use) => use(server.url),

  page: async ({ page }, use) => {
    const complaints = complaintsOf(page);
    await use(page);
    expect(complaints, 'the browser complained').toEqual([]);
  },

  open: async ({ page, large }, use) => {
    await use(async (path) => {
      const url = new URL(path, 'http://app');
      if (large) url.searchParams.set('big', '1');
      await page.goto(url.pathname + url.search + url.hash);
    });
  },

  signedIn: async ({ page, open }, use) => {
    await use(async (role, path) => {
      await page.context().clearCookies();
      await open('/');
      await fillSignIn(page, role, password);
      await expect(page.getByLabel('密码')).toBeHidden();
      if (path) await open(path);
    });
  },

  as: async ({ server }, use) => {
    await use((role) => Caller.signIn(server.url, role, password));
  },

  onTheTable: async ({ as }, use) => {
    await use(async (deed, count, note) => {
      const [worker, panel] = [await as('worker'), await as('panel')];
      await panel.clearTable();
      const households = await worker.fresh(deed, count);
      const awards: Award[] = [];
      for (const one of households) awards.push(await worker.award(one.id, deed, note));
      return { worker, panel, households, awards };
    });
  },

  look: async ({ page, large }, use) => {
    await use((name) => expectSoundScreen(page, `${name}-${large ? 'large' : 'normal'}`));
  },
});

export { expect, password };

/** Fills in the sign-in form and sends it. */
export async function fillSignIn(page: Page, username: string, secret: string): Promise<void> {
  await page.getByLabel('账号').fill(username);
  await page.getByLabel('密码').fill(secret);
  await page.getByRole('button', { name: '登录' }).click();
}

/** Uncaught errors and console errors (a broken Content-Security-Policy is one); refused requests are the app's business. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return complaints;
}
