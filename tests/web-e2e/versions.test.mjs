/** Versions of a record and the offering of a virtual machine, on the administration's page and by a real server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { noServer, startServer } from './support/server.mjs';

describe('versions and offerings', { skip: noServer }, () => {
  let browser;
  let server;
  let page;
  let faults;

  before(async () => {
    server = await startServer();
    for (const title of ['Tiny one', 'Tiny two']) await server.publish('vm', 'tiny', title);
    browser = await startBrowser();
    ({ page, faults } = await openPage(browser, { width: 1280, height: 900 }));
    await page.goto(`${server.url}/admin/`);
    await page.fill('#login-user', server.admin.user);
    await page.fill('#login-password', server.admin.password);
    await page.keyboard.press('Enter');
    await page.locator('[data-test=add]').waitFor();
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const seen = (text) => page.getByText(text).first().waitFor();
  const menu = () =>
    page.evaluate(async () => (await (await fetch('/api/v1/menu?for=session')).json()).entries.map((each) => each));

  async function choose(field, text) {
    await page.focus(field); // what is shown lies over the field
    await page.keyboard.press('Enter');
    await page.locator('.el-select-dropdown__item:visible').filter({ hasText: text }).first().click();
  }

  async function act(number, action, yes) {
    await page.locator(`[data-version="${number}"] [data-test=${action}]`).click();
    await page.locator('.el-message-box').getByText(yes, { exact: true }).click();
  }

  test('an entry says how its machine is offered', async () => {
    await page.click('[data-test=add]');
    await choose('#entry-record', 'vm/tiny');
    await page.fill('#entry-offering-memory_mib-min', '1024');
    await page.fill('#entry-offering-cpus-percent', '50');
    await choose('#entry-offering-network', 'None');
    await page.locator('label', { hasText: 'Exam' }).locator('.el-switch').click();
    await page.fill('#entry-tags', 'SQL\nDatabases');
    await page.fill('#entry-group-en', 'Exams');
    await page.fill('#entry-offering-script-text', 'echo hello\n');
    await page.fill('#entry-offering-script-name', 'Hello');
    await choose('#entry-offering-script-interpreter', 'PowerShell');
    if (process.env.FARBOOT_PICTURES) await page.screenshot({ path: `${process.env.FARBOOT_PICTURES}/offering.png`, fullPage: true });
    await page.click('[data-test=save]');
    await seen('“Tiny two” was added.');
    const [entry] = await menu();
    assert.equal(entry.number, 2);
    assert.deepEqual(entry.tags, ['SQL', 'Databases']);
    assert.deepEqual(entry.offering.memory_mib, { min: 1024, wanted: null, percent: null });
    assert.equal(entry.offering.cpus.percent, 50);
    assert.equal(entry.offering.network, 'none');
    assert.equal(entry.offering.exam, true);
    assert.deepEqual(entry.group, { en: 'Exams' });
    assert.deepEqual(entry.offering.script, { name: 'Hello', interpreter: 'powershell', text: 'echo hello\n' });
  });

  test('what the server refuses of the offering is told at its field until it is mended', async () => {
    const least = '#entry-offering-memory_mib-min';
    const sentence = 'offering.memory_mib.min must not be above offering.memory_mib.wanted.';
    const atField = page.locator('.el-form-item', { has: page.locator(least) }).last().getByText(sentence);
    await page.click('[aria-label="Edit: Tiny two"]');
    await page.fill(least, '4096');
    await page.fill('#entry-offering-memory_mib-wanted', '1024');
    await page.click('[data-test=save]');
    await atField.waitFor();
    assert.equal(await page.locator('[data-test=refused]').count(), 0);
    await page.locator(`${least}:focus`).waitFor();
    assert.equal(await page.locator('.el-dialog [role=alert]').innerText(), sentence);
    if (process.env.FARBOOT_PICTURES) await page.screenshot({ path: `${process.env.FARBOOT_PICTURES}/offering-refused.png` });

    await page.keyboard.press('Control+A');
    await page.keyboard.type('512');
    await page.keyboard.press('Tab');
    await atField.waitFor({ state: 'detached' });
    await page.click('[data-test=save]');
    await seen('“Tiny two” was saved.');
    assert.deepEqual((await menu())[0].offering.memory_mib, { min: 512, wanted: 1024, percent: null });
  });

  test('showing and hiding it leaves the offering alone', async () => {
    const visible = page.locator('.entry .el-switch');
    await visible.click();
    await seen('is hidden');
    assert.deepEqual(await menu(), []);
    await visible.click();
    await seen('is shown in the menu');
    assert.equal((await menu())[0].offering.exam, true);
  });

  test('a version is rolled back, revoked and taken back', async () => {
    await page.click('[data-test=versions]');
    await seen('Offered is number 2.');
    await act(1, 'rollBack', 'Offer this one');
    await seen('Offered is number 1.');
    assert.equal((await menu())[0].number, 1);
    await act(2, 'revoke', 'Revoke');
    await page.locator('[data-version="2"]').getByText('Revoked').waitFor();
    if (process.env.FARBOOT_PICTURES) await page.screenshot({ path: `${process.env.FARBOOT_PICTURES}/versions.png` });
    await act(2, 'unrevoke', 'Take back');
    await act(2, 'publish', 'Publish');
    await seen('Offered is number 2.');
    assert.equal((await menu())[0].number, 2);
    await page.getByText('Close', { exact: true }).click();
  });

  test('a tool needs no record', async () => {
    await page.click('[data-test=add]');
    await choose('#entry-record', 'tool/local-disk');
    await page.click('[data-test=save]');
    await seen('“Start from the local disk” was added.');
    await page.goto(`${server.url}/menu/`);
    await seen('Start from the local disk');
    await page.goto(`${server.url}/admin/`);
  });

  test('the browser had nothing to complain about', () => assert.deepEqual(faults, []));
});
