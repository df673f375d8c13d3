/** Jobs on the administration's page, by the keyboard alone, against a real farboot-server and a PC that speaks to it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { fill, press, tabTo } from './support/keys.mjs';
import { makePc } from './support/pc.mjs';
import { noServer, startServer } from './support/server.mjs';

describe('jobs in the administration', { skip: noServer }, () => {
  let browser;
  let server;
  let page;
  let faults;
  let pc;
  const uuid = '4c4c4544-0042-3510-8052-b4c04f4e4d32';
  const secret = 'nobody-may-read-this';
  const password = 'a caretaker’s password';

  /** Asks the API as whoever is logged in on the page. */
  const ask = async (method, path, body) => {
    const answer = await page.evaluate(
      async ([verb, url, json]) => {
        const { csrf } = await (await fetch('/api/v1/session')).json();
        const headers = { 'Content-Type': 'application/json', 'X-Farboot-Csrf': csrf };
        const response = await fetch(url, { method: verb, headers, ...(json && { body: JSON.stringify(json) }) });
        const text = await response.text();
        return { ok: response.ok, body: text && JSON.parse(text) };
      },
      [method, `/api/v1/${path}`, body],
    );
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const logIn = async (user, secretWord) => {
    await page.locator('#login-user').waitFor();
    await fill(page, '#login-user', user);
    await fill(page, '#login-password', secretWord);
    await page.keyboard.press('Enter');
    await page.locator('.bar-user', { hasText: user }).waitFor();
  };
  const seen = (text, where = page) => where.getByText(text).first().waitFor();
  const gone = (selector) => page.locator(selector).first().waitFor({ state: 'hidden' });
  const row = (id) => page.locator(`[data-job="${id}"]`);
  const counts = (id, text) => row(id).locator('[data-test=counts]', { hasText: text }).waitFor();
  const drawer = () => page.locator('.pc-drawer');
  const begin = async () => {
    await press(page, '[data-test=add]');
    await page.locator('#job-name').waitFor();
  };
  const refusedAt = async (field, sentence) => {
    await page.locator(`.el-form-item:has(${field}) .el-form-item__error`, { hasText: sentence }).waitFor();
    await page.waitForFunction((wanted) => document.activeElement?.matches(wanted), field);
  };
  /** Chooses the option with this text in the field that has the focus. */
  const choose = async (text) => {
    await page.keyboard.press('Enter');
    const option = page.locator('.el-select-dropdown__item:visible').filter({ hasText: text }).first();
    await option.waitFor();
    for (let step = 0; step < 30; ++step) {
      await page.keyboard.press('ArrowDown');
      if (await option.evaluate((each) => each.classList.contains('is-hovering'))) break;
    }
    await page.keyboard.press('Enter');
  };
  const save = async (title) => {
    await press(page, '[data-test=save]');
    await seen(`“${title}” was made.`);
    await gone('.el-dialog:visible');
  };

  before(async () => {
    server = await startServer();
    await server.publish('boot', 'backup', 'Nightly backup');
    browser = await startBrowser();
    ({ page, faults } = await openPage(browser, { width: 1280, height: 800 }));
    await page.goto(`${server.url}/admin/#jobs`);
    await logIn(server.admin.user, server.admin.password);
    const room = await ask('POST', 'locations', { name: { en: 'Room 101' }, uuids: [uuid] });
    assert.equal(room.id, 1);
    pc = makePc(server, { uuid, mac: '52:54:00:12:34:56' });
    const { id, key } = (await pc.comeUp()).pc;
    await ask('POST', `pcs/${id}/enrolment`, { code: key.code });
    await pc.comeUp();
    await page.reload();
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('tells what a new one lacks, at its field', async () => {
    await seen('No jobs yet');
    await begin();
    await press(page, '[data-test=save]');
    await refusedAt('#job-record', 'Choose the system that is to start.');
    await choose('boot/backup');
    await tabTo(page, '[name=job-place]');
    await page.keyboard.press('ArrowRight');
    await press(page, '[data-test=save]');
    await refusedAt('#job-pcs', 'Choose at least one PC.');
    await choose('Room 101');
    await page.keyboard.press('Escape');
    await page.locator('.el-dialog #job-pcs').waitFor();
  });

  test('tells what the server refuses, at its field', async () => {
    await press(page, '#job-parameters');
    await page.waitForFunction(() => document.activeElement?.id === 'job-parameters-0');
    await page.keyboard.type('The Partition');
    await fill(page, '#job-parameters-0-text', 'LABEL=data');
    await press(page, '[data-test=save]');
    await refusedAt('#job-parameters', 'A parameter\'s name has 1 to 40 of the characters a-z, 0-9, - and _.');
  });

  test('makes one for a PC, with a secret that nobody is shown', async () => {
    await fill(page, '#job-parameters-0', 'partition');
    await press(page, '#job-secrets');
    await page.waitForFunction(() => document.activeElement?.id === 'job-secrets-0');
    await page.keyboard.type('key');
    await fill(page, '#job-secrets-0-text', secret);
    assert.equal(await page.locator('#job-secrets-0-text').getAttribute('type'), 'password');
    await fill(page, '#job-name', 'Backup of seat 1');
    await save('Backup of seat 1');
    await row(1).getByText('running').waitFor();
    await counts(1, '1 called');
    assert.match(await row(1).innerText(), /Start a system.*boot\/backup.*1 PC/s);
    assert.deepEqual((await ask('GET', 'jobs/1')).parameters, { partition: 'LABEL=data' });
  });

  test('follows it, PC by PC', async () => {
    await press(page, '[data-job="1"] .pc-name');
    await seen('LABEL=data', drawer());
    await drawer().locator('[data-part="1"]', { hasText: 'called' }).waitFor();
    const { command } = await pc.report({ state: 'preboot' });
    assert.deepEqual([command.action, command.record], ['boot', 'boot/backup']);
    await drawer().locator('[data-part="1"]', { hasText: 'told' }).waitFor();
    await pc.start('boot/backup', 1);
    await drawer().locator('[data-part="1"]', { hasText: 'started' }).waitFor();
    await counts(1, '1 started');
    assert.equal((await page.content()).includes(secret), false);
  });

  test('cancels it after a question', async () => {
    await press(page, '[data-test=cancel-job]');
    await seen('Cancel “Backup of seat 1”?');
    await page.keyboard.press('Escape');
    await gone('.el-message-box');
    await press(page, '[data-test=cancel-job]');
    await press(page, '.el-message-box__btns .el-button:last-child');
    await seen('“Backup of seat 1” was cancelled.');
    await drawer().locator('[data-part="1"]', { hasText: 'cancelled' }).waitFor();
    await gone('[data-test=cancel-job]');
    await page.keyboard.press('Escape');
    await gone('.pc-drawer');
    await counts(1, '1 cancelled');
  });

  test('plans one for a location', async () => {
    await begin();
    await tabTo(page, '[name=job-action]');
    for (let step = 0; step < 3; ++step) await page.keyboard.press('ArrowRight');
    await gone('#job-record');
    await tabTo(page, '#job-location');
    await choose('Room 101');
    await tabTo(page, '[name=job-timed]');
    await page.keyboard.press('ArrowRight');
    await press(page, '[data-test=save]');
    await refusedAt('#job-at', 'A date and a time are needed.');
    await page.fill('#job-at', '2035-01-31T22:00');
    await tabTo(page, '.job-more summary');
    await page.keyboard.press('Enter');
    await fill(page, '#job-spread', '30');
    await save('Job 2');
    await seen('not begun', row(2));
    assert.match(await row(2).innerText(), /Power off.*Room 101.*planned.*planned for .*31, 2035/s);
    const { spread, patience, action, location, at } = await ask('GET', 'jobs/2');
    assert.deepEqual([spread, patience, action, location], [1800, 600, 'power-off', 1]);
    assert.equal(Date.parse(at), await page.evaluate(() => new Date(2035, 0, 31, 22).getTime()));
  });

  test('speaks German of them', async () => {
    await press(page, '[data-test=language]');
    await seen('geplant', row(2));
    await counts(1, '1 abgebrochen');
    await press(page, '[data-job="2"] .pc-name');
    await seen('Die PCs stehen hier, sobald der Auftrag beginnt.', drawer());
    await page.keyboard.press('Escape');
    await gone('.pc-drawer');
    await press(page, '[data-test=language]');
  });

  test('shows them to who may see the catalog, and lets him do nothing', async () => {
    const role = await ask('POST', 'roles', { name: { en: 'Reader' }, rights: ['catalog.read'] });
    const reader = { name: 'reader', full_name: '', enabled: true, groups: [], roles: [{ role: role.id }] };
    const { id } = await ask('POST', 'users', reader);
    await ask('PUT', `users/${id}/password`, { password });
    await press(page, '[data-test=log-out]');
    await logIn('reader', password);
    await press(page, 'a[href="#jobs"]');
    await press(page, '[data-job="2"] .pc-name');
    await seen('The PCs are listed when the job begins.', drawer());
    assert.equal(await page.locator('[data-test=cancel-job], [data-test=add]').count(), 0);
  });

  test('has broken no rule of its Content-Security-Policy, and thrown no error', () => assert.deepEqual(faults, []));
});
