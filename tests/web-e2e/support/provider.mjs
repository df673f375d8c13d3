/** A real OpenID Connect provider (npm's oidc-provider) over HTTPS, with an authority of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:https';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(new URL('../../../server/web/package.json', import.meta.url));

/** Whom it knows: the password is not asked for, as its own test pages take any. */
export const people = {
  anna: { name: 'Anna Adams', groups: ['teachers'] },
  bert: { name: 'Bert Brandt', groups: ['gardeners'] },
  'no name': { name: 'Nobody', groups: ['teachers'] },
};

async function certificate(folder) {
  const at = (name) => join(folder, name);
  const subject = (name) => ['-subj', `/CN=${name}`, '-days', '2', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  await run('openssl', ['req', '-x509', ...subject('Test authority'), '-nodes', '-keyout', at('ca.key'), '-out', at('ca.pem')]);
  await run('openssl', [
    ...['req', '-x509', ...subject('localhost'), '-nodes', '-keyout', at('key.pem'), '-out', at('cert.pem')],
    ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-addext', 'subjectAltName=DNS:localhost'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
  ]);
  return { key: await readFile(at('key.pem')), cert: await readFile(at('cert.pem')), ca: at('ca.pem') };
}

const signingKey = () => ({ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), use: 'sig' });

/**
 * Resolves to a running provider with one client, farboot: `issuer`, `ca` (file), `secret`, `allow(callback)`,
 * `faults` (what it does wrong: `silent`, a path that is never answered), `close()`.
 */
export async function startProvider() {
  const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
  const folder = await mkdtemp(join(tmpdir(), 'farboot-oidc-'));
  const { key, cert, ca } = await certificate(folder);
  const faults = { silent: null };
  const secret = 'a secret: with/odd&characters';
  await writeFile(join(folder, 'secret'), `${secret}\n`, { mode: 0o600 });
  let handle = () => {};
  const server = createServer({ key, cert }, (request, response) => {
    const path = new URL(request.url, 'https://localhost').pathname;
    if (faults.silent === path) return;
    handle(request, response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `https://localhost:${server.address().port}`;
  const client = {
    client_id: 'farboot',
    client_secret: secret,
    redirect_uris: ['https://localhost/api/v1/oidc/callback'],
    response_types: ['code'],
    grant_types: ['authorization_code'],
  };
  function allow(callback) {
    const provider = new Provider(issuer, {
      clients: [{ ...client, redirect_uris: [callback] }],
      jwks: { keys: [signingKey()] },
      cookies: { keys: ['for tests only'] },
      pkce: { required: () => true },
      claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({
          sub: `person-${id}`,
          preferred_username: id,
          name: people[id]?.name,
          groups: people[id]?.groups ?? [],
        }),
      }),
    });
    handle = provider.callback();
  }
  async function close() {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await rm(folder, { recursive: true });
  }
  return { issuer, ca, secretFile: join(folder, 'secret'), allow, faults, close };
}
