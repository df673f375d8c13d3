/** A PostgreSQL of the test's own, on a socket in a folder of its own. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const versions = '/usr/lib/postgresql';

/** Resolves to `url` of an empty database, and `close()`. */
export async function startPostgresql() {
  const version = readdirSync(versions).find((each) => existsSync(join(versions, each, 'bin/initdb')));
  if (!version) throw new Error(`There is no PostgreSQL below ${versions}: install Debian's package postgresql.`);
  const folder = await mkdtemp(join(tmpdir(), 'farboot-postgresql-'));
  const isRoot = process.getuid() === 0; // as whom it refuses to run
  if (isRoot) await run('chown', ['postgres', folder]);
  const call = (program, ...words) => {
    const line = [join(versions, version, 'bin', program), ...words];
    return isRoot ? run('runuser', ['-u', 'postgres', '--', ...line], { cwd: folder }) : run(line[0], line.slice(1));
  };
  const control = (...words) => call('pg_ctl', '-D', join(folder, 'data'), '-w', '-t', '120', '-l', join(folder, 'log'), ...words);
  await call('initdb', '-D', join(folder, 'data'), '-U', 'farboot', '-A', 'trust', '--no-sync');
  await control('-o', `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off`, 'start');
  await call('createdb', '-h', folder, '-U', 'farboot', 'farboot');
  return {
    url: `postgresql://farboot@/farboot?host=${folder}`,
    async close() {
      await control('-m', 'immediate', 'stop');
      await rm(folder, { recursive: true });
    },
  };
}
