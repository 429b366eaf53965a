import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { transform } from 'lightningcss';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const critical = ['src/tokens.css', 'src/base.css', 'src/parts.css'];

/**
 * Finishes index.html: the shared styles stand inline, so the first paint waits for no second
 * request. They need their hash in the Content-Security-Policy: dist/csp.json tells the server.
 */
function shell(): Plugin {
  return {
    name: 'hujifen-shell',
    transformIndexHtml: {
      order: 'post',
      handler() {
        const source = critical.map((file) => readFileSync(file, 'utf8')).join('\n');
        const css = transform({
          filename: 'critical.css',
          code: Buffer.from(source),
          minify: true,
        });
        return [{ tag: 'style', children: css.code.toString(), injectTo: 'head' as const }];
      },
    },
    writeBundle({ dir = 'dist' }) {
      const html = readFileSync(join(dir, 'index.html'), 'utf8');
      const hashes = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(
        ([, text]) =>
          `sha256-${createHash('sha256')
            .update(text ?? '')
            .digest('base64')}`,
      );
      writeFileSync(join(dir, 'csp.json'), JSON.stringify({ style_hashes: hashes }) + '\n');
    },
  };
}

/**
 * Svelte keeps its code for hydration, legacy components and async components behind flags that
 * this app never raises, and makes a list that it never asks. Said as constants, and as a call
 * without side effects, the bundler can leave them out.
 */
function unusedSvelte(): Plugin {
  const changes: [file: string, declared: string, instead: string][] = [
    ['dom/hydration.js', 'export let hydrating = false;', 'export const hydrating = false;'],
    ['dom/hydration.js', '\thydrating = value;', ''],
    ...['async_mode_flag', 'legacy_mode_flag', 'tracing_mode_flag'].flatMap(
      (flag): [string, string, string][] => [
        ['flags/index.js', `export let ${flag} = false;`, `export const ${flag} = false;`],
        ['flags/index.js', `\t${flag} = true;`, ''],
      ],
    ),
    ['flags/index.js', '\tasync_mode_flag = false;', ''],
    [
      'src/utils.js',
      'DOM_PROPERTIES = [\n\t...DOM_BOOLEAN_ATTRIBUTES,',
      'DOM_PROPERTIES = /* @__PURE__ */ DOM_BOOLEAN_ATTRIBUTES.concat(',
    ],
    ['src/utils.js', "\t'disableRemotePlayback'\n];", "\t'disableRemotePlayback'\n);"],
  ];
  return {
    name: 'hujifen-unused-svelte',
    apply: 'build',
    transform: {
      filter: { id: /svelte\/src\/(internal\/(client\/dom\/hydration|flags\/index)|utils)\.js/ },
      handler(code, id) {
        for (const [file, declared, instead] of changes) {
          if (!id.includes(file)) continue;
          if (!code.includes(declared)) this.error(`${file} no longer says: ${declared}`);
          code = code.replace(declared, instead);
        }
        return { code, map: null };
      },
    },
  };
}

/**
 * The app as the worker's home needs it, first screen included, in one file that index.html
 * preloads; cut by the bundler alone it would come in ten.
 */
const core =
  /node_modules\/(svelte|clsx|esm-env)\/|vite\/preload-helper|src\/(App|api|awards\/Home|parts\/(BottomBar|Header|Problem)|households\/(list|words|recent|Household(Finder|Rows))|kept|big|navigation|points|router|session|rules\/in-force|todo\.svelte)\b/;
/** Parts of Svelte that only later screens need. */
const later = /\/(bindings\/(?!shared)|actions)/;

export default defineConfig({
  plugins: [svelte(), shell(), unusedSvelte()],
  build: {
    // No static class blocks come out of this: Safari 15.4 and the kernels of WeChat run it.
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // It would put what several pages of a table share into the first of them, and with that a helper
      // of the bundler into the worker's home: one request more.
      experimental: { chunkOptimization: false },
      treeshake: { moduleSideEffects: [{ test: later, sideEffects: false }] },
      output: {
        // Few files: six letters tell them apart, and each name stands in the first load.
        entryFileNames: 'assets/[name]-[hash:6].js',
        chunkFileNames: 'assets/[name]-[hash:6].js',
        assetFileNames: 'assets/[name]-[hash:6][extname]',
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: 'core', test: (id) => core.test(id) && !later.test(id) }],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: { include: ['src/**/*.test.ts'] },
});
