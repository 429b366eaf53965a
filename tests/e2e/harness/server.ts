import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The one password of all demonstration accounts in these tests. */
export const password = 'long-tang-2026';

const top = fileURLToPath(new URL('../../../', import.meta.url));
const binary = process.env.HUJIFEN_BINARY ?? `${top}target/debug/hujifen`;

const readyMsMax = 300_000;
const stopMsMax = 15_000;
const logCharactersMax = 20_000;

/**
 * The shell becomes the server under the same pid. Before that it leaves a watcher on a pipe from
 * this process, so that the server ends with it even when it is killed.
 */
const keeper = 'exec 3<&0; (cat <&3; kill $$) >/dev/null 2>&1 & exec "$0" demo </dev/null 3<&-';

export interface Server {
  url: string;
  /** What it has printed so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts the debug binary with the demonstration town in `dataDir` and answers when it is ready. */
export async function startServer(dataDir: string): Promise<Server> {
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn('sh', ['-c', keeper, binary], {
    cwd: dataDir,
    env: {
      PATH: process.env.PATH,
      HUJIFEN_LISTEN: listen,
      HUJIFEN_DATA_DIR: dataDir,
      HUJIFEN_DEMO_PASSWORD: password,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-logCharactersMax);
    });
  }
  const exited = once(child, 'exit');
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  const server: Server = {
    url: `http://${listen}`,
    log: () => log,
    async stop() {
      if (isRunning()) {
        child.kill('SIGTERM');
        const impatience = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
        await exited;
        clearTimeout(impatience);
      }
      child.stdin.destroy();
    },
  };

  const deadline = Date.now() + readyMsMax;
  while (!(await isReady(server.url))) {
    if (!isRunning() || Date.now() > deadline) {
      await server.stop();
      throw new Error(`${binary} did not become ready:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return server;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}
