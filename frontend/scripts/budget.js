/**
 * Weighs dist/ as a phone would fetch it (brotli) and fails above the budget of the app:
 * the worker's home with everything it needs, what any other route loads when it is opened, and all
 * routes of all roles together, which nobody loads but the cache of a much travelled phone.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const homeBytesMax = 22 * 1024;
const homeRequestsMax = 8;
/** 0.3 s at 400 kbps, the signal of a valley. */
const routeBytesMax = 14 * 1024;
const allBytesMax = 150 * 1024;

const weigh = (file) => brotliCompressSync(readFileSync(`dist/${file}`)).length;
const html = readFileSync('dist/index.html', 'utf8');
const assets = readdirSync('dist/assets').filter((file) => /\.(js|css)$/.test(file));
const linked = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path);
const home = [...new Set(linked)].filter((path) => path.startsWith('assets/'));

// The styles inlined in the page are the first load's CSS, too.
const inlined = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, css]) => css).join('');
const inlinedBytes = brotliCompressSync(inlined).length;
const homeBytes = home.reduce((sum, file) => sum + weigh(file), inlinedBytes);
const homeRequests = new Set(linked).size + 1;
const allBytes = assets.reduce((sum, file) => sum + weigh(`assets/${file}`), inlinedBytes);

const routeBytes = Math.max(
  ...assets
    .filter((file) => !home.includes(`assets/${file}`))
    .map((file) => weigh(`assets/${file}`)),
);

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const lines = [
  ['home, JS + CSS', homeBytes, homeBytesMax, kb],
  ['home, requests', homeRequests, homeRequestsMax, String],
  ['largest file of another route', routeBytes, routeBytesMax, kb],
  ['all routes', allBytes, allBytesMax, kb],
];
for (const file of home) console.log(`  ${kb(weigh(file)).padStart(8)}  ${file}`);
console.log(`  ${kb(inlinedBytes).padStart(8)}  styles in index.html`);
for (const [name, value, max, show] of lines) {
  console.log(`${value <= max ? 'ok  ' : 'OVER'} ${name}: ${show(value)} of ${show(max)}`);
}
if (lines.some(([, value, max]) => value > max)) process.exit(1);
