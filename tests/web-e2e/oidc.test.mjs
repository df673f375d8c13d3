/** Log-in by a real OpenID Connect provider, and what must not work. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { makePc } from './support/pc.mjs';
import { startProvider } from './support/provider.mjs';
import { noServer, startServer } from './support/server.mjs';

describe('log-in by a provider', { skip: noServer }, () => {
  let browser;
  let provider;
  let server;
  let page;
  let context;
  let faults;

  before(async () => {
    provider = await startProvider();
    const settings = {
      issuer: provider.issuer,
      client_id: 'farboot',
      client_secret_file: provider.secretFile,
      ca: provider.ca,
      scopes: 'openid profile groups',
      label: { de: 'Campus-Konto', en: 'campus account' },
      timeout_seconds: 10, // a busy machine takes some for what is not silent
    };
    server = await startServer({
      more: ['--oidc', '{folder}/oidc.json', '--login-network', '127.0.0.0/8'],
      files: { 'oidc.json': JSON.stringify(settings) },
    });
    provider.allow(`${server.url}/api/v1/oidc/callback`);
    browser = await startBrowser();
    ({ page, context } = await openPage(browser));
    await add('roles', { name: { en: 'Reader' }, rights: ['catalog.read'] });
    await add('groups', { name: 'staff', oidc: ['teachers'], roles: [{ role: 2 }] });
    await page.close();
  });

  beforeEach(async () => {
    await context.close();
    ({ page, context, faults } = await openPage(browser));
    await page.goto(`${server.url}/admin/`);
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    await provider?.close();
  });

  async function add(what, body) {
    const headers = { Authorization: `Bearer ${server.token}` };
    const answer = await page.request.post(`${server.url}/api/v1/${what}`, { headers, data: body });
    assert.equal(answer.status(), 201, await answer.text());
  }

  const begin = () => page.locator('[data-test=log-in-with]', { hasText: 'Log in with campus account' }).click();
  const told = (text) => page.getByRole('alert').getByText(text).waitFor();
  const session = () => page.request.get(`${server.url}/api/v1/session`);

  /** On the provider's pages, which are its own. */
  async function logInThere(name) {
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    await page.locator('button[type=submit]', { hasText: 'Continue' }).click();
  }

  test('brings somebody whose group is known in, with its rights', async () => {
    await begin();
    await logInThere('anna');
    await page.locator('.bar-user', { hasText: 'anna' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/admin/');
    const said = await (await session()).json();
    assert.deepEqual(said.rights, [{ rights: ['catalog.read'] }]);
    assert.equal(said.own_password, false);
    // A cookie knows no port: the provider's are there, too.
    const cookies = (await context.cookies(server.url)).filter(({ name }) => name.startsWith('__Host-'));
    assert.deepEqual(
      cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite]),
      [['__Host-farboot', true, true, 'Strict']],
      'what belonged to the log-in is gone',
    );
    await page.locator('[data-test=log-out]').click();
    await page.locator('#login-user').waitFor();
    assert.equal((await session()).status(), 401);
    assert.deepEqual(faults, []);
  });

  test('logs somebody in at the PC whose code his phone has opened', async () => {
    const pc = makePc(server, { uuid: '4c4c4544-0042-3510-8052-b4c04f4e4d32', mac: '52:54:00:12:34:56' });
    await pc.comeUp();
    const { user_code, verification_uri_complete } = await pc.ask('pc/login', {});
    await page.goto(verification_uri_complete);
    await begin();
    await logInThere('anna');
    await page.getByText(`it shows ${user_code}`).waitFor();
    assert.equal((await pc.ask('pc/login/poll', {})).state, 'waiting');
    await page.locator('[data-test=confirm]').click();
    await page.getByText('You are logged in at the PC.').waitFor();
    assert.equal((await pc.ask('pc/login/poll', {})).state, 'confirmed');
    assert.deepEqual(faults, []);
  });

  test('tells somebody whom nobody here knows so', async () => {
    await begin();
    await logInThere('bert');
    await told('neither you nor any of your groups is known here');
    assert.equal(new URL(page.url()).search, '', 'the address can be loaded again');
    assert.equal((await session()).status(), 401);
  });

  test('takes no name that is a local user’s, or no name', async () => {
    await begin();
    await logInThere('admin');
    await told('There is a user of your name here already');
    assert.equal((await session()).status(), 401);
    await context.clearCookies();
    await page.goto(`${server.url}/admin/`);
    await begin();
    await logInThere('no name');
    await told('neither you nor any of your groups is known here');
    assert.equal((await session()).status(), 401);
  });

  test('goes on only with the state and the nonce that it began with', async () => {
    for (const change of ['state', 'nonce']) {
      await context.clearCookies();
      await page.goto(`${server.url}/admin/`);
      await begin();
      await page.locator('input[name=login]').waitFor();
      const [cookie] = await context.cookies(`${server.url}/api/v1/oidc/callback`);
      const parts = cookie.value.split('.');
      parts[change === 'state' ? 0 : 1] = '0'.repeat(64);
      await context.addCookies([{ ...cookie, value: parts.join('.') }]);
      await logInThere('anna');
      await told(change === 'state' ? 'begun too long ago' : 'do not agree');
      assert.equal((await session()).status(), 401, change);
    }
  });

  test('takes no code from another site', async () => {
    await page.goto(`${server.url}/api/v1/oidc/callback?code=abc&state=def`);
    await told('begun too long ago');
    const elsewhere = await page.request.get(`${server.url}/api/v1/oidc/start?to=https://evil.example/`, { maxRedirects: 0 });
    assert.equal(elsewhere.status(), 400);
    const other = await page.request.get(`${server.url}/api/v1/oidc/start?to=/admin//evil.example/`, { maxRedirects: 0 });
    assert.equal(other.status(), 400);
  });

  test('does not wait for ever for a provider that falls silent', async () => {
    provider.faults.silent = '/token';
    await begin();
    await logInThere('anna');
    await told('does not answer at the moment');
    provider.faults.silent = null;
    assert.equal((await session()).status(), 401);
  });
});
