/** PCs on the administration's page, by the keyboard alone, against a real farboot-server and a PC that speaks to it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { fill, press, tabTo } from './support/keys.mjs';
import { makePc } from './support/pc.mjs';
import { noServer, startServer } from './support/server.mjs';

describe('PCs in the administration', { skip: noServer }, () => {
  let browser;
  let server;
  let page;
  let faults;
  let pc;
  let code;

  before(async () => {
    server = await startServer();
    await server.publish('boot', 'debian-desktop', 'Debian 12 desktop');
    pc = makePc(server, {
      ...{ uuid: '4c4c4544-0042-3510-8052-b4c04f4e4d32', mac: '52:54:00:12:34:56' },
      hardware: { vendor: 'Dell Inc.', product: 'OptiPlex 7090', memory_mib: 15872 },
    });
    browser = await startBrowser();
    ({ page, faults } = await openPage(browser, { width: 1280, height: 800 }));
    await page.goto(`${server.url}/admin/#pcs`);
    await page.locator('#login-user').waitFor();
    await fill(page, '#login-user', server.admin.user);
    await fill(page, '#login-password', server.admin.password);
    await page.keyboard.press('Enter');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const seen = (text, where = page) => where.getByText(text).first().waitFor();
  const gone = (selector) => page.locator(selector).first().waitFor({ state: 'hidden' });
  const drawer = () => page.locator('.pc-drawer');
  /** The question that is on the screen is answered with yes. */
  const yes = async () => {
    await press(page, '.el-message-box__btns .el-button:last-child');
    await gone('.el-message-box');
  };

  test('shows a PC that has come up, by itself', async () => {
    await seen('No PCs yet');
    ({ code } = (await pc.comeUp([{ name: 'network-up', seconds: 3.5 }, { name: 'menu', seconds: 5.25 }])).pc.key);
    await page.locator('[data-waiting]').waitFor();
    assert.equal(await page.locator('[data-waiting] .pc-code').innerText(), code);
    assert.match(await page.locator('[data-pc]').innerText(), /In the menu.*waits to be confirmed/s);
  });

  test('confirms its key after a comparison', async () => {
    await press(page, '[data-test=confirm-pc]');
    await page.locator('[data-test=code]').waitFor();
    assert.equal(await page.locator('[data-test=code]').innerText(), code);
    await page.keyboard.press('Escape');
    await gone('[data-test=code]');
    await press(page, '[data-test=confirm-pc]');
    await press(page, '[data-test=confirm]');
    await seen('is confirmed.');
    await gone('[data-waiting]');
    assert.match(await page.locator('[data-pc]').innerText(), /confirmed/);
    assert.equal((await pc.report({ state: 'preboot' })).hello, true);
    assert.equal((await pc.comeUp([{ name: 'network-up', seconds: 3.5 }])).pc.key.state, 'confirmed');
  });

  test('renames it', async () => {
    await press(page, '[data-pc] .pc-name');
    await press(page, '[data-test=rename]');
    await fill(page, '.el-message-box input', 'Seat 3');
    await page.keyboard.press('Enter');
    await seen('“Seat 3” was saved.');
    await drawer().getByRole('heading', { name: 'Seat 3' }).waitFor();
    await seen('OptiPlex 7090', drawer());
  });

  test('tells it to boot a system, and what became of it', async () => {
    await tabTo(page, '#pc-record');
    await page.keyboard.press('Enter');
    await page.locator('.el-select-dropdown__item:visible').filter({ hasText: 'Debian 12 desktop' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await press(page, '[data-test=boot]');
    await seen('“Debian 12 desktop” starts without asking');
    await yes();
    await seen('Waits until the PC asks.', drawer());
    const { command } = await pc.report({ state: 'preboot' });
    assert.deepEqual([command.action, command.record], ['boot', 'boot/debian-desktop']);
    await pc.report({ state: 'preboot', done: { id: command.id, outcome: 'done' } });
    await seen('Done.', drawer());
  });

  test('follows its start, and marks a crash', async () => {
    await pc.start('boot/debian-desktop', 1, [{ name: 'root-mounted', seconds: 4 }]);
    await seen('root-mounted', drawer());
    await seen('boot/debian-desktop 1', page.locator('[data-pc]'));
    await pc.comeUp();
    await seen('crashed', drawer());
    assert.match(await drawer().locator('.pc-start', { hasText: 'crashed' }).innerText(), /boot\/debian-desktop 1/);
  });

  test('speaks German of it', async () => {
    await page.keyboard.press('Escape');
    await gone('.pc-drawer');
    await press(page, '[data-test=language]');
    await seen('Wartet auf Bestätigung');
    await press(page, '[data-pc] .pc-name');
    await seen('abgestürzt', drawer());
    await page.keyboard.press('Escape');
    await gone('.pc-drawer');
    await press(page, '[data-test=language]');
  });

  test('filters by key', async () => {
    await tabTo(page, '#pcs-waiting');
    await page.keyboard.press('Space');
    await seen('No PC is so.');
    await tabTo(page, '#pcs-waiting', 'Shift+Tab');
    await page.keyboard.press('Space');
    await page.locator('[data-pc]').waitFor();
  });

  test('takes the confirmation back, and forgets the PC', async () => {
    await press(page, '[data-pc] .pc-name');
    await press(page, '[data-test=unconfirm]');
    await yes();
    await seen('The key of “Seat 3” counts no longer.');
    await seen('Only a PC whose key was confirmed takes commands.', drawer());
    await press(page, '[data-test=forget]');
    await seen('Forget “Seat 3”?');
    await page.keyboard.press('Escape');
    await gone('.el-message-box');
    await press(page, '[data-test=forget]');
    await yes();
    await seen('“Seat 3” is forgotten.');
    await seen('No PCs yet');
  });

  test('has broken no rule of its Content-Security-Policy, and thrown no error', () => assert.deepEqual(faults, []));
});
