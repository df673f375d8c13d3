/**
 * The administration against a real farboot-server, by the keyboard alone, and what the menu page then shows. The flows
 * follow each other: what one has added, the next one changes.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { fill, press, tabTo } from './support/keys.mjs';
import { noServer, startServer } from './support/server.mjs';

describe('the administration', { skip: noServer }, () => {
  let browser;
  let server;
  let page;
  let faults;

  before(async () => {
    server = await startServer();
    await server.publish('boot', 'debian-desktop', 'Debian 12 desktop');
    await server.publish('boot', 'kiosk', 'Kiosk');
    await server.publish('vm', 'tiny', 'Tiny Linux');
    browser = await startBrowser();
    ({ page, faults } = await openPage(browser, { width: 1280, height: 800 }));
    await page.goto(`${server.url}/admin/`);
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const entries = () => page.locator('.entry-title').allInnerTexts();
  const seen = (text, where = page) => where.getByText(text).first().waitFor();
  const dialogGone = () => page.locator('.el-dialog:visible').first().waitFor({ state: 'hidden' });

  /** What a stranger's browser shows of the menu. */
  async function menuTitles(language = 'en') {
    const { page: menu, context, faults: menuFaults } = await openPage(browser, { language });
    await menu.goto(`${server.url}/menu/`);
    await menu.locator('.card, .empty-title').first().waitFor();
    const titles = await menu.locator('.card-title').allInnerTexts();
    assert.deepEqual(menuFaults, []);
    await context.close();
    return titles;
  }

  async function logIn(where, password = server.admin.password) {
    await where.locator('#login-user').waitFor();
    await fill(where, '#login-user', server.admin.user);
    await fill(where, '#login-password', password);
    await where.keyboard.press('Enter');
  }

  /** Opens the form of an entry. */
  async function edit(title) {
    await press(page, `[aria-label="Edit: ${title}"]`);
    await page.locator('.entry-form').waitFor();
  }

  /** Does what moves an entry, and waits until the server has taken the new order. */
  async function move(action) {
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/entries/order'));
    await action();
    assert.equal((await answered).status(), 204);
  }

  async function chooseRecord(text) {
    await tabTo(page, '#entry-record');
    await page.keyboard.press('Enter');
    await page.keyboard.type(text);
    await page.locator('.el-select-dropdown__item:visible').filter({ hasText: text }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  }

  test('asks for a login, and says when it is wrong', async () => {
    await logIn(page, 'not the password');
    await seen('User name or password is wrong.');
    await logIn(page);
    await seen('No entries yet');
  });

  test('lists what is published', async () => {
    await press(page, 'a[href="#records"]');
    await seen('boot/debian-desktop');
    await seen('vm/tiny');
    await press(page, 'a[href="#entries"]');
    await seen('No entries yet');
  });

  test('names what is missing in a new entry', async () => {
    await press(page, '[data-test=add]');
    await page.locator('.entry-form').waitFor();
    await press(page, '[data-test=save]');
    await seen('Choose a record.');
    await seen('A title in English is needed');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'entry-record');
    await page.keyboard.press('Tab'); // Escape in a list of choices is about the list
    await page.keyboard.press('Escape');
    await dialogGone();
  });

  test('adds an entry, which the menu then shows', async () => {
    await press(page, '[data-test=add]');
    await page.locator('.entry-form').waitFor();
    await chooseRecord('boot/debian-desktop');
    await fill(page, '#entry-title-en', 'Debian desktop');
    await fill(page, '#entry-title-de', 'Debian-Arbeitsplatz');
    await fill(page, '#entry-description-en', 'For exercises and projects');
    await press(page, '[data-test=save]');
    await seen('“Debian desktop” was added.');
    await dialogGone();
    assert.deepEqual(await menuTitles(), ['Debian desktop']);
    assert.deepEqual(await menuTitles('de'), ['Debian-Arbeitsplatz']);
  });

  test('adds a second system and a virtual machine; the boot menu has the systems alone', async () => {
    for (const [record, title] of [['boot/kiosk', 'Kiosk'], ['vm/tiny', 'Tiny Linux']]) {
      await press(page, '[data-test=add]');
      await page.locator('.entry-form').waitFor();
      await chooseRecord(record);
      await press(page, '[data-test=save]');
      await seen(`“${title}” was added.`);
      await dialogGone();
    }
    assert.deepEqual(await entries(), ['Debian desktop', 'Kiosk', 'Tiny Linux']);
    assert.deepEqual(await menuTitles(), ['Debian desktop', 'Kiosk']);
  });

  test('edits an entry', async () => {
    await edit('Kiosk');
    await fill(page, '#entry-title-en', 'Library catalogue');
    await tabTo(page, 'input[name=icon]');
    await page.keyboard.press('ArrowRight');
    await tabTo(page, '#entry-auto_seconds');
    await page.keyboard.press('Space');
    await fill(page, '.auto-seconds input', '7');
    await press(page, '[data-test=save]');
    await seen('“Library catalogue” was saved.');
    await dialogGone();
    await seen('boots by itself after 7 s');
    assert.equal(await page.locator('.entry .icon-kiosk').count(), 1);
    assert.deepEqual(await menuTitles(), ['Debian desktop', 'Library catalogue']);
  });

  test('shows the server’s own refusal', async () => {
    await edit('Debian desktop');
    await tabTo(page, '#entry-auto_seconds');
    await page.keyboard.press('Space');
    await press(page, '[data-test=save]');
    await seen('Only one visible entry can boot by itself');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'entry-auto_seconds');
    await page.keyboard.press('Escape');
    await dialogGone();
  });

  test('puts entries into another order', async () => {
    await tabTo(page, '[aria-label="Edit: Library catalogue"]');
    await move(() => page.keyboard.press('Alt+ArrowUp'));
    await page.locator('.entry:first-child', { hasText: 'Library catalogue' }).waitFor();
    assert.deepEqual(await menuTitles(), ['Library catalogue', 'Debian desktop']);
    assert.ok(await page.evaluate(() => document.activeElement.matches('[aria-label="Edit: Library catalogue"]')));
    await move(() => press(page, '[aria-label="Move down: Library catalogue"]'));
    await page.locator('.entry:nth-child(2)', { hasText: 'Library catalogue' }).waitFor();
    await page.reload();
    await page.locator('.entry').first().waitFor();
    assert.deepEqual(await entries(), ['Debian desktop', 'Library catalogue', 'Tiny Linux']);
  });

  test('hides an entry and shows it again', async () => {
    const toggle = '[aria-label="Show “Debian desktop” in the menu"]';
    await tabTo(page, toggle);
    await page.keyboard.press('Space');
    await seen('“Debian desktop” is hidden.');
    assert.deepEqual(await menuTitles(), ['Library catalogue']);
    await tabTo(page, toggle);
    await page.keyboard.press('Space');
    await seen('“Debian desktop” is shown in the menu.');
    assert.deepEqual(await menuTitles(), ['Debian desktop', 'Library catalogue']);
  });

  test('says when somebody else was faster, and lets the person decide', async (t) => {
    await edit('Debian desktop');
    await fill(page, '#entry-title-en', 'Mine');
    const { page: other, context } = await openPage(browser, { width: 1280, height: 800 });
    t.after(() => context.close());
    await other.goto(`${server.url}/admin/`);
    await logIn(other);
    await press(other, '[aria-label="Edit: Debian desktop"]');
    await other.locator('.entry-form').waitFor();
    await fill(other, '#entry-title-en', 'Theirs');
    await press(other, '[data-test=save]');
    await seen('“Theirs” was saved.', other);

    await press(page, '[data-test=save]');
    await seen('Somebody else has changed this in the meantime');
    assert.deepEqual(await menuTitles(), ['Theirs', 'Library catalogue']);
    await page.getByRole('button', { name: 'Show their version' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#entry-title-en').value === 'Theirs');
    await fill(page, '#entry-title-en', 'Debian desktop');
    await press(page, '[data-test=save]');
    await seen('“Debian desktop” was saved.');
    await dialogGone();
  });

  test('goes on where it was when the session has ended', async () => {
    await edit('Debian desktop');
    await fill(page, '#entry-title-en', 'Debian desktop, new');
    await page.context().clearCookies();
    await press(page, '[data-test=save]');
    await seen('Your session has ended.');
    await fill(page, '#login-password', server.admin.password);
    await page.keyboard.press('Enter');
    await seen('“Debian desktop, new” was saved.');
    await dialogGone();
    assert.deepEqual(await menuTitles(), ['Debian desktop, new', 'Library catalogue']);
  });

  test('deletes only after a question', async () => {
    await press(page, '[aria-label="Delete: Library catalogue"]');
    await seen('Delete “Library catalogue”?');
    await page.keyboard.press('Escape');
    await page.locator('.el-message-box').waitFor({ state: 'hidden' });
    assert.equal((await entries()).length, 3);
    await press(page, '[aria-label="Delete: Library catalogue"]');
    await seen('Delete “Library catalogue”?');
    await press(page, '.el-message-box .el-button--danger');
    await seen('“Library catalogue” was deleted.');
    assert.deepEqual(await menuTitles(), ['Debian desktop, new']);
  });

  /** Chooses an option of a select by its text. */
  async function choose(field, text, { close = false } = {}) {
    await tabTo(page, field);
    await page.keyboard.press('Enter');
    await page.keyboard.type(text);
    await page.locator('.el-select-dropdown__item:visible').filter({ hasText: text }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    if (close) await page.keyboard.press('Tab'); // one of several choices stays open
    await page.locator('.el-select-dropdown__item:visible').first().waitFor({ state: 'hidden' });
  }

  /** Types a moment into its field, as an English browser wants it. */
  async function typeMoment(day, hour) {
    await page.keyboard.type(day);
    await page.keyboard.press('ArrowRight'); // a year may have six digits
    await page.keyboard.type(hour);
  }

  test('makes locations, and tells what the server does not take at its field', async () => {
    await press(page, 'a[href="#locations"]');
    await seen('No locations yet');
    await press(page, '[data-test=add]');
    await page.locator('#location-name-en').waitFor();
    await press(page, '[data-test=save]');
    await seen('A name in English is needed.', page.locator('.el-form-item__error'));
    await fill(page, '#location-name-en', 'Building A');
    await fill(page, '#location-name-de', 'Gebäude A');
    await press(page, '[data-test=save]');
    await seen('“Building A” was added.');
    await dialogGone();

    await press(page, '[aria-label="Add a location inside: Building A"]');
    await page.locator('#location-name-en').waitFor();
    await fill(page, '#location-name-en', 'Test room');
    await fill(page, '#location-subnets', '127.0.0.1/8');
    await press(page, '[data-test=save]');
    const error = page.locator('.el-form-item', { has: page.locator('#location-subnets') }).locator('.el-form-item__error');
    await error.waitFor();
    assert.ok(await page.evaluate(() => document.activeElement.matches('#location-subnets')));
    await fill(page, '#location-subnets', '127.0.0.0/8');
    await fill(page, '#location-audiences', 'exam');
    await press(page, '[data-test=save]');
    await seen('“Test room” was added.');
    await dialogGone();
    await seen('audience exam');
    await press(page, '[aria-label="Edit: Test room"]');
    await fill(page, '#location-name-de', 'Testraum');
    assert.equal(await page.locator('#location-audiences').inputValue(), 'exam');
    await press(page, '[data-test=save]');
    await seen('“Test room” was saved.');
    await dialogGone();
    await seen('audience exam');
    await page.locator('.places .places', { hasText: '127.0.0.0/8' }).waitFor();
    await fill(page, '[aria-label="Find by name, address, MAC or UUID"]', '127.');
    await seen('Building A › Test room', page.locator('.entry-title'));
    assert.equal(await page.locator('[data-location]').count(), 1);
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.locator('.places .places').waitFor();
  });

  test('sets up the systems of locations, and says where the rest comes from', async () => {
    await press(page, '[aria-label="Edit: Building A"]');
    await press(page, '.settings summary');
    await choose('#location-settings-time_zone-mode', 'As follows');
    await fill(page, '#location-settings-time_zone', '/etc/passwd');
    await choose('#location-settings-home-mode', 'On an NFS server');
    await fill(page, '#location-settings-home-server', 'nas.example.org');
    await fill(page, '#location-settings-home-path', '/export/home');
    await press(page, '[data-test=save]');
    await seen('a time zone', page.locator('.el-form-item__error'));
    assert.ok(await page.evaluate(() => document.activeElement.matches('#location-settings-time_zone')));
    await fill(page, '#location-settings-time_zone', 'Europe/Berlin');
    await press(page, '[data-test=save]');
    await seen('“Building A” was saved.');
    await dialogGone();
    await seen('2 settings');
    await press(page, '[aria-label="Edit: Test room"]');
    await press(page, '.settings summary');
    await seen('Europe/Berlin – from Building A', page.locator('[data-setting=time_zone]'));
    await seen('Said nowhere', page.locator('[data-setting=locale]'));
    await choose('#location-settings-home-mode', 'None');
    await press(page, '[data-test=save]');
    await seen('“Test room” was saved.');
    await dialogGone();
    await seen('1 setting');
  });

  test('makes a hardware class', async () => {
    await press(page, 'a[href="#hardware"]');
    await seen('No hardware classes yet');
    await press(page, '[data-test=add]');
    await page.locator('#hardware-name-en').waitFor();
    await fill(page, '#hardware-name-en', 'Big Dells');
    await press(page, '[data-test=save]');
    await page.locator('[data-test=refused]').waitFor();
    await fill(page, '#hardware-vendor', 'Dell*');
    await fill(page, '#hardware-memory_mib-min', '15000');
    await press(page, '[data-test=save]');
    await seen('“Big Dells” was added.');
    await dialogGone();
    await seen('Dell* · 15000–… MiB');
  });

  test('makes a rule, by which the menu goes', async () => {
    assert.deepEqual(await menuTitles(), ['Debian desktop, new']);
    await press(page, 'a[href="#rules"]');
    await seen('No rules yet');
    await press(page, '[data-test=add]');
    await page.locator('#rule-name-en').waitFor();
    await fill(page, '#rule-name-en', 'Not here');
    await choose('#rule-location', 'Test room');
    await press(page, '[data-test=save]');
    await seen('A rule needs an effect', page.locator('[data-test=refused]'));
    await choose('#rule-hide', 'Debian desktop, new', { close: true });
    await press(page, '[data-test=save]');
    await seen('“Not here” was added.');
    await dialogGone();
    await seen('hides Debian desktop, new');
    await seen('Building A › Test room');
    assert.deepEqual(await menuTitles(), []);
  });

  test('makes a rule for some hours of a week, and puts it before the other', async () => {
    await press(page, '[data-test=add]');
    await page.locator('#rule-name-en').waitFor();
    await fill(page, '#rule-name-en', 'Open hours');
    await tabTo(page, 'input[name=when]');
    await page.keyboard.press('ArrowDown');
    await fill(page, '#rule-time-zone', 'Europe/Nowhere');
    await press(page, '#rule-time-weekly');
    await tabTo(page, 'input[value=wed]');
    await page.keyboard.press('Space');
    await choose('#rule-hardware', 'Big Dells', { close: true });
    await choose('#rule-default', 'Tiny Linux');
    await press(page, '[data-test=save]');
    await page.waitForFunction(() => document.activeElement.matches('#rule-time-zone'));
    await fill(page, '#rule-time-zone', 'Europe/Berlin');
    await press(page, '[data-test=save]');
    await seen('“Open hours” was added.');
    await dialogGone();
    const order = page.waitForResponse((response) => response.url().endsWith('/api/v1/rules/order'));
    await tabTo(page, '[aria-label="Edit: Open hours"]');
    await page.keyboard.press('Alt+ArrowUp');
    assert.equal((await order).status(), 204);
    await page.locator('.entry:first-child', { hasText: 'Open hours' }).waitFor();

    await press(page, '[aria-label="Edit: Open hours"]');
    await page.locator('#rule-time-zone').waitFor();
    assert.equal(await page.locator('#rule-time-zone').inputValue(), 'Europe/Berlin');
    assert.equal(await page.locator('input[value=wed]').isChecked(), false);
    assert.equal(await page.locator('input[value=tue]').isChecked(), true);
    await page.keyboard.press('Escape');
    await dialogGone();
  });

  test('says when somebody else was faster with a rule', async (t) => {
    await press(page, '[aria-label="Edit: Open hours"]');
    await page.locator('#rule-name-en').waitFor();
    await fill(page, '#rule-name-en', 'My hours');
    const { page: other, context } = await openPage(browser, { width: 1280, height: 800 });
    t.after(() => context.close());
    await other.goto(`${server.url}/admin/#rules`);
    await logIn(other);
    await press(other, '[aria-label="Edit: Open hours"]');
    await other.locator('#rule-name-en').waitFor();
    await fill(other, '#rule-name-en', 'Their hours');
    await press(other, '[data-test=save]');
    await seen('“Their hours” was saved.', other);

    await press(page, '[data-test=save]');
    await seen('Somebody else has changed this in the meantime');
    await page.getByRole('button', { name: 'Save mine over it' }).focus();
    await page.keyboard.press('Enter');
    await seen('“My hours” was saved.');
    await dialogGone();
  });

  test('explains what a PC shows, and why', async () => {
    await press(page, 'a[href="#explain"]');
    await page.locator('#explain-address').waitFor();
    await fill(page, '#explain-address', 'localhost');
    await page.keyboard.press('Enter');
    await page.locator('.el-form-item__error').waitFor();
    await fill(page, '#explain-address', '127.0.0.1');
    await page.keyboard.press('Enter');
    const answer = page.locator('[data-test=answer]');
    await answer.waitFor();
    assert.match(await answer.locator('[data-test=place]').innerText(), /Building A › Test room .*"Test room"/);
    assert.match(await answer.locator('[data-test=auto]').innerText(), /^Nothing boots by itself/);
    const hidden = answer.locator('[data-entry]', { hasText: 'Debian desktop, new' });
    assert.match(await hidden.innerText(), /Hidden.*rule 1 "Not here" of location 2 "Test room" hides it/s);
    await press(page, '[data-test=language]');
    await seen('Verborgen: Regel „Not here“ verbirgt den Eintrag.');
    await press(page, '[data-test=language]');
    await fill(page, '#explain-address', '10.9.9.9');
    await page.keyboard.press('Enter');
    await seen('The PC is in no location');
    assert.match(await hidden.innerText(), /Shown/);
  });


  test('makes an exam, and explains the hour of it', async () => {
    await press(page, 'a[href="#rules"]');
    await press(page, '[data-test=add]');
    await page.locator('#rule-name-en').waitFor();
    await fill(page, '#rule-name-en', 'Exam');
    await tabTo(page, '#rule-exam');
    await page.keyboard.press('Space');
    await choose('#rule-location', 'Test room');
    await tabTo(page, 'input[name=effect]');
    await page.keyboard.press('ArrowDown');
    await choose('#rule-only', 'Debian desktop, new', { close: true });
    await choose('#rule-auto-id', 'Debian desktop, new');
    await press(page, '[data-test=save]');
    await seen('An exam needs time', page.locator('.el-form-item__error'));
    await page.waitForFunction(() => document.activeElement.matches('#rule-time'));
    await page.keyboard.press('Space');
    await press(page, '#rule-time-once');
    for (const [bound, hour] of [[1, '0830AM'], [2, '1200PM']]) {
      await tabTo(page, `.bound:nth-child(${bound}) input[type=datetime-local]`);
      await typeMoment('02102026', hour);
    }
    await press(page, '[data-test=save]');
    await seen('“Exam” was added.');
    await dialogGone();

    await press(page, 'a[href="#explain"]');
    await page.locator('#explain-address').waitFor();
    await fill(page, '#explain-address', '127.0.0.1');
    await tabTo(page, '#explain-time');
    await typeMoment('02102026', '0900AM');
    await press(page, '[data-test=ask]');
    await seen('boots by itself after 10 seconds: exam rule', page.locator('[data-test=auto]'));
    await seen('Shown: it is one of those that exam rule', page.locator('[data-entry]'));
  });

  test('deletes rules and locations, but not what a rule names', async () => {
    await press(page, 'a[href="#locations"]');
    await press(page, '[aria-label="Delete: Test room"]');
    await press(page, '.el-message-box .el-button--danger');
    await page.locator('.el-message--error', { hasText: 'Not here' }).waitFor();
    await press(page, 'a[href="#rules"]');
    for (const name of ['Not here', 'My hours', 'Exam']) {
      await press(page, `[aria-label="Delete: ${name}"]`);
      await press(page, '.el-message-box .el-button--danger');
      await seen(`“${name}” was deleted.`);
    }
    await seen('No rules yet');
    await press(page, 'a[href="#locations"]');
    for (const name of ['Test room', 'Building A']) {
      await press(page, `[aria-label="Delete: ${name}"]`);
      await press(page, '.el-message-box .el-button--danger');
      await seen(`“${name}” was deleted.`);
    }
    await seen('No locations yet');
    await press(page, 'a[href="#hardware"]');
    await press(page, '[aria-label="Delete: Big Dells"]');
    await press(page, '.el-message-box .el-button--danger');
    await seen('No hardware classes yet');
    assert.deepEqual(await menuTitles(), ['Debian desktop, new']);
    await press(page, 'a[href="#entries"]');
  });

  test('speaks German, and keeps doing so', async () => {
    await press(page, '[data-test=language]');
    await seen('Menüeinträge');
    await page.reload();
    await seen('Menüeinträge');
    await press(page, '[data-test=language]');
    await seen('Menu entries');
  });

  test('logs out', async () => {
    await press(page, '[data-test=log-out]');
    await page.locator('#login-user').waitFor();
    await page.reload();
    await page.locator('#login-user').waitFor();
  });

  test('has broken no rule of its Content-Security-Policy, and thrown no error', () => assert.deepEqual(faults, []));
});
