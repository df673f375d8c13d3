/** Users, groups, roles, tokens and the audit log by the keyboard alone, and what somebody with few rights is offered. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { fill, press, tabTo } from './support/keys.mjs';
import { noServer, startServer } from './support/server.mjs';

describe('the people', { skip: noServer }, () => {
  let browser;
  let server;
  let page;
  let faults;
  const password = 'a caretaker’s password';

  before(async () => {
    server = await startServer();
    browser = await startBrowser();
    ({ page, faults } = await openPage(browser, { width: 1280, height: 800 }));
    await page.goto(`${server.url}/admin/`);
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const seen = (text, where = page) => where.getByText(text).first().waitFor();
  const dialogGone = () => page.locator('.el-dialog:visible').first().waitFor({ state: 'hidden' });
  const tabs = () => page.locator('.tab').allInnerTexts();

  async function logIn(user, secret) {
    await page.locator('#login-user').waitFor();
    await fill(page, '#login-user', user);
    await fill(page, '#login-password', secret);
    await page.keyboard.press('Enter');
    await page.locator('.bar-user', { hasText: user }).waitFor();
  }

  async function open(view) {
    await press(page, `a[href="#${view}"]`);
    await page.locator(`.tab[aria-current=page][href="#${view}"]`).waitFor();
  }

  async function begin(field) {
    await press(page, '[data-test=add]');
    await page.locator(field).waitFor();
  }

  async function save(name) {
    await press(page, '[data-test=save]');
    await seen(`“${name}” was added.`);
    await dialogGone();
  }

  async function choose(field, text, { close = false } = {}) {
    await tabTo(page, field);
    await page.keyboard.press('Enter');
    const option = page.locator('.el-select-dropdown__item:visible').filter({ hasText: text });
    await option.first().waitFor();
    for (let step = 0; step < 30; ++step) {
      await page.keyboard.press('ArrowDown');
      if (await option.first().evaluate((each) => each.classList.contains('is-hovering'))) break;
    }
    await page.keyboard.press('Enter');
    if (close) await page.keyboard.press('Tab');
    await page.locator('.el-select-dropdown__item:visible').first().waitFor({ state: 'hidden' });
  }

  test('an admin makes a place, a role for it, and a user who has it there', async () => {
    await logIn(server.admin.user, server.admin.password);
    await open('locations');
    await begin('#location-name-en');
    await fill(page, '#location-name-en', 'Building A');
    await save('Building A');
    await open('roles');
    await seen('Always there, with all rights');
    await begin('#role-name-en');
    await fill(page, '#role-name-en', 'Caretaker');
    await choose('#role-rights', 'See the catalog', { close: true });
    await choose('#role-rights', 'Edit rules', { close: true });
    await save('Caretaker');
    await open('users');
    await begin('#user-name');
    await press(page, '[data-test=save]');
    await seen('A name is needed.', page.locator('.el-form-item__error'));
    await fill(page, '#user-name', 'anna');
    await fill(page, '#user-full_name', 'Anna A.');
    await press(page, '[data-test=add-grant]');
    await choose('#user-roles', 'Caretaker');
    await choose('#user-roles-location-0', 'Building A');
    await save('anna');
    await seen('no password yet');
    await press(page, '[aria-label="Set password: anna"]');
    await page.locator('#password-new').waitFor();
    await fill(page, '#password-new', 'short');
    await press(page, '[data-test=set-password]');
    await seen('The password needs at least 10 characters.');
    await fill(page, '#password-new', password);
    await fill(page, '#password-again', password);
    await press(page, '[data-test=set-password]');
    await seen('The new password holds from now on.');
    await dialogGone();
  });

  test('the last who may manage users cannot be removed', async () => {
    await press(page, '[aria-label="Delete: admin"]');
    await press(page, '.el-message-box .el-button--danger');
    await seen('Nobody would be left who may manage users');
  });

  test('what the caretaker may not do is not offered', async () => {
    await press(page, '[data-test=log-out]');
    await logIn('anna', password);
    assert.deepEqual(await tabs(), [
      'Menu entries',
      'Records',
      'Locations',
      'Hardware',
      'Rules',
      'Explain',
      'PCs',
      'Jobs',
      'Tokens',
    ]);
    assert.equal(await page.locator('[data-test=add]').count(), 0);
    await open('locations');
    await seen('Building A');
    assert.equal(await page.locator('[data-test=add]').count(), 0);
    assert.equal(await page.locator('[aria-label="Edit: Building A"]').count(), 0);
    await open('rules');
    await begin('#rule-name-en');
    await seen('Building A', page.locator('.el-dialog'));
    await page.keyboard.press('Escape');
    await dialogGone();
  });

  test('a token’s secret is shown once', async () => {
    await open('tokens');
    await begin('#token-name');
    await fill(page, '#token-name', 'ci');
    await choose('#token-rights', 'See the catalog', { close: true });
    await choose('#token-location', 'Building A');
    await press(page, '[data-test=save]');
    const secret = await page.locator('[data-test=secret]').innerText();
    assert.match(secret, /^farboot_[0-9a-f]{64}$/);
    await page.keyboard.press('Escape');
    await dialogGone();
    await seen('without an end');
    assert.equal((await page.content()).includes(secret), false);
  });

  test('the audit log says who changed what', async () => {
    await press(page, '[data-test=log-out]');
    await logIn(server.admin.user, server.admin.password);
    await open('audit');
    await seen('token:');
    await fill(page, '[aria-label^="Thing, such as"]', 'user:');
    await page.keyboard.press('Enter');
    await page.locator('tbody tr', { hasText: 'password set for' }).first().waitFor();
    await page.locator('tbody tr', { hasText: 'token:' }).first().waitFor({ state: 'detached' });
    assert.equal((await page.content()).includes(password), false);
  });

  test('speaks German', async () => {
    await press(page, '[data-test=language]');
    await seen('Protokoll');
    assert.deepEqual(faults, []);
  });
});
