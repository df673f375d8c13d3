/**
 * A real farboot-server in a folder of its own, set up with the programs that an admin uses; on SQLite unless the
 * environment has FARBOOT_TEST_DATABASE=postgresql.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPostgresql } from './postgresql.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = process.env.FARBOOT_SERVER ?? join(root, 'build/default/server/farboot-server');
const publisher = process.env.FARBOOT ?? join(root, 'build/default/rootfs/cli/farboot');

/** Why these flows cannot run here, or false. Who names a program means it: then a missing one is a failure. */
export const noServer =
  !process.env.FARBOOT_SERVER &&
  [program, publisher].some((file) => !existsSync(file)) &&
  `needs ${program} and ${publisher}: build them, or name them in FARBOOT_SERVER and FARBOOT`;

/** Starts a server process; resolves to its URL's port once it listens. `more`: options besides. */
async function start(folder, more) {
  const child = spawn(
    program,
    ['run', '--data', join(folder, 'data'), '--store', join(folder, 'store'), '--listen', '127.0.0.1:0'].concat(
      ...['--web', join(root, 'server/web/dist'), ...more],
    ),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const lines = [];
  const port = await new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`farboot-server ended with ${code}:\n${lines.join('\n')}`)));
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      const found = line.match(/event=listening url=https:\/\/127\.0\.0\.1:(\d+)/);
      if (found) done(found[1]);
    });
  });
  return { child, port };
}

/**
 * Resolves to a running server with one admin and a publisher's key: `url`, `ca` (PEM), `admin` {user, password},
 * `publish(type, series, title)`, `close()`.
 * `more` are options of `farboot-server run`; what is in `files` is written into its folder, whose name stands for `{folder}` in
 * `more`.
 */
export async function startServer({ more = [], files = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'farboot-web-'));
  const at = (name) => join(folder, name);
  const database = process.env.FARBOOT_TEST_DATABASE === 'postgresql' ? await startPostgresql() : null;
  await run(program, ['init', '--data', at('data'), '--name', 'localhost', ...(database ? ['--database', database.url] : [])]);
  await run(publisher, ['key', 'new', at('publisher.pem')]);
  await run(publisher, [
    ...['policy', 'new', '--publisher', at('publisher.pem'), '--statement', at('data/statement.pub')],
    ...['--threshold', '1', '--sign', at('publisher.pem'), '-o', at('policy.dsse')],
  ]);
  await run(program, ['policy', '--data', at('data'), at('policy.dsse')]);
  const token = await run(program, ['token', '--data', at('data'), '--name', 'web-e2e']);
  await writeFile(at('token'), token.stdout, { mode: 0o600 });
  await writeFile(at('kernel'), randomBytes(4096));
  await writeFile(at('disk'), randomBytes(65536));
  const password = (await readFile(at('data/initial-admin-password'), 'utf8')).trim();
  const ca = await readFile(at('data/ca.pem'), 'utf8');
  for (const [name, content] of Object.entries(files)) await writeFile(at(name), content, { mode: 0o600 });
  const { child, port } = await start(folder, more.map((word) => word.replace('{folder}', folder)));
  const url = `https://localhost:${port}`;

  async function publish(type, series, title) {
    const what =
      type === 'vm'
        ? ['--image', at('disk'), '--chunking', 'fixed', '--memory', '256', '--cpus', '1']
        : ['--kernel', at('kernel')];
    await run(publisher, [
      ...['publish', type, '--store', at('store'), '--series', series, '--number', 'auto', '--title', title, ...what],
      ...['--key', at('publisher.pem'), '-o', at(`${type}-${series}.dsse`)],
      ...['--server', url, '--ca', at('data/ca.pem'), '--token-file', at('token')],
    ]);
  }

  async function close() {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    }
    await database?.close();
    await rm(folder, { recursive: true });
  }

  return { url, ca, token: token.stdout.trim(), admin: { user: 'admin', password }, publish, close };
}
