import { constants, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startServer } from './server.ts';

const data = fileURLToPath(new URL('../output/data/', import.meta.url));
const prepared = `${data}prepared`;

/** Before all tests: fills the demonstration town once. */
export default async function prepare(): Promise<void> {
  await rm(data, { recursive: true, force: true });
  await mkdir(prepared, { recursive: true });
  const server = await startServer(prepared);
  await server.stop();
}

/** A data folder of its own for each test: a copy of the town as prepared. */
export async function copyOfTown(): Promise<string> {
  const folder = await mkdtemp(`${data}copy-`);
  await cp(prepared, folder, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return folder;
}
