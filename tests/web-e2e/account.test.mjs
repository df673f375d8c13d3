/** The account page: somebody logs in at a PC with another device, chooses favourites, and leaves from afar. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { noServer, startServer } from './support/server.mjs';

describe('the account page', { skip: noServer }, () => {
  let browser;
  let server;
  let page;
  let faults;
  let session;

  before(async () => {
    server = await startServer({ more: ['--login-network', '127.0.0.0/8'] });
    await server.publish('boot', 'debian', 'Debian');
    await server.publish('boot', 'suse', 'Suse');
    browser = await startBrowser();
    ({ page, faults } = await openPage(browser, { width: 420, height: 900 }));
    for (const [record, title] of [
      ['boot/debian', 'Debian desktop'],
      ['boot/suse', 'Suse desktop'],
    ]) {
      const answer = await page.request.post(`${server.url}/api/v1/entries`, {
        headers: { Authorization: `Bearer ${server.token}` },
        data: { kind: 'system', record, title: { en: title } },
      });
      assert.equal(answer.status(), 201, await answer.text());
    }
    const body = { uuid: '4c4c4544-0042-3510-8052-b4c04f4e4d32', boot_id: 'one', stages: [] };
    const hello = await (await page.request.post(`${server.url}/api/v1/pc/hello`, { data: body })).json();
    assert.equal(hello.menu.login, true);
    session = hello.session;
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const asPc = async (path, method = 'post') => {
    const answer = await page.request[method](`${server.url}/api/v1/${path}`, {
      headers: { 'Farboot-Pc': session },
      ...(method === 'post' ? { data: {} } : {}),
    });
    assert.ok(answer.ok(), await answer.text());
    return answer.json();
  };
  const menu = () => asPc('menu?for=preboot', 'get');

  test('asks whether it is the PC in front of one, and tells the PC', async () => {
    const login = await asPc('pc/login');
    assert.match(login.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    await page.goto(`${server.url}/account/?code=${login.user_code}`);
    await page.locator('#login-user').fill(server.admin.user);
    await page.locator('#login-password').fill(server.admin.password);
    await page.keyboard.press('Enter');
    await page.getByText('Is this the PC in front of you?').waitFor();
    await page.getByText('Number 1').waitFor();
    await page.locator('[data-test=place]', { hasText: 'no known place' }).waitFor();
    await page.getByText(`it shows ${login.user_code}`).waitFor();
    assert.equal((await asPc('pc/login/poll')).state, 'waiting');
    await page.locator('[data-test=confirm]').click();
    await page.getByText('You are logged in at the PC.').waitFor();
    assert.equal((await asPc('pc/login/poll')).state, 'confirmed');
    assert.equal((await menu()).person.name, server.admin.user);
    assert.equal(new URL(page.url()).search, '', 'the used code is gone from the address');
  });

  test('puts favourites first in one’s menu', async () => {
    await page.getByRole('button', { name: 'Make “Suse desktop” a favourite' }).click();
    await page.getByRole('button', { name: 'Make “Suse desktop” a favourite', pressed: true }).waitFor();
    const entries = (await menu()).entries.map(({ record, favourite }) => [record, favourite ?? false]);
    assert.deepEqual(entries, [
      ['boot/suse', true],
      ['boot/debian', false],
    ]);
  });

  test('tells of a code that nobody shows, and refuses one for its owner', async () => {
    await page.locator('#code').fill('bbbb bbbb');
    await page.keyboard.press('Enter');
    await page.getByText('No PC shows this code (any more).').waitFor();
    const login = await asPc('pc/login');
    await page.locator('#code').fill(login.user_code.toLowerCase().replace('-', ''));
    await page.keyboard.press('Enter');
    await page.locator('[data-test=refuse]').click();
    await page.getByText('Nobody was logged in.').waitFor();
    assert.equal((await asPc('pc/login/poll')).state, 'refused');
  });

  test('logs out at a PC from afar', async () => {
    await page.locator('[data-test=leave]').click();
    await page.getByText('At no PC at the moment.').waitFor();
    assert.equal((await menu()).person, undefined);
    assert.deepEqual(faults, []);
  });
});
