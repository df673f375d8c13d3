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
    await tabTo(page, '#entry-auto');
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
    await tabTo(page, '#entry-auto');
    await page.keyboard.press('Space');
    await press(page, '[data-test=save]');
    await page.locator('[data-test=refused]').waitFor();
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
    await seen('Somebody else has changed this entry');
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
