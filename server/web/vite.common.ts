import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';
import { licenses } from './tools/licenses';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What all pages share: one folder each, files beside the page, nothing inline (Content-Security-Policy: 'self'). */
export function pageConfig(name: 'menu' | 'admin' | 'account', target: string): UserConfig {
  return {
    root: here(name),
    base: './',
    plugins: [licenses(here('node_modules/@fontsource-variable/inter'))],
    cacheDir: here(`node_modules/.vite-${name}`),
    build: {
      outDir: here(`dist/${name}`),
      emptyOutDir: true,
      target,
      cssTarget: target,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  };
}
