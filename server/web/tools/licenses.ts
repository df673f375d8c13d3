import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** The folder of the package that a module lies in, or null for our own. */
function packageOf(module: string): string | null {
  const [path = ''] = module.replace(/^\0/, '').split('?');
  const found = path.match(/^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//);
  return found?.[1] && existsSync(join(found[1], 'package.json')) ? found[1] : null;
}

function notice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : 'See the SPDX licence list for its text.';
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** Puts licenses.txt beside a page: the notices of every package that is in its bundle, and of its font. */
export function licenses(font: string): Plugin {
  return {
    name: 'farboot-licenses',
    apply: 'build',
    generateBundle(_, bundle) {
      const folders = new Set([font]);
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const module of chunk.moduleIds) {
          const folder = packageOf(module);
          if (folder) folders.add(folder);
        }
      }
      const notices = [...folders].sort().map(notice);
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: notices.join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}
