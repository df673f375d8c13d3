/** Names that are HTML, scripts or templates are shown as the text that they are: in the administration, the account and the menu. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { fill } from './support/keys.mjs';
import { noServer, startServer } from './support/server.mjs';

const names = [
  '<img src=x onerror="window.owned=1">',
  '<script>window.owned=2</script>',
  '"><svg onload=window.owned=3>',
  "{{constructor.constructor('window.owned=4')()}}",
  "'; DROP TABLE entry; --",
  '\u202egnp.exe\u202c',
];

describe('names that are no mere names', { skip: noServer }, () => {
  let browser;
  let server;
  let page;
  let faults;

  before(async () => {
    server = await startServer();
    await server.publish('boot', 'debian', names[0]);
    browser = await startBrowser();
    ({ page, faults } = await openPage(browser, { width: 1280, height: 800 }));
    await page.goto(`${server.url}/admin/`);
    await page.locator('#login-user').waitFor();
    await fill(page, '#login-user', server.admin.user);
    await fill(page, '#login-password', server.admin.password);
    await page.keyboard.press('Enter');
    await page.locator('a[href="#records"]').waitFor();
    for (const [number, name] of names.entries()) {
      const text = { en: name, de: name };
      const wanted = [
        ['entries', { kind: 'system', record: 'boot/debian', title: text, description: text }],
        ['locations', { name: text }],
        ['hardware-classes', { name: text, vendor: 'Dell*' }],
        ['rules', { name: text, only: null, show: [1] }],
        ['groups', { name }],
        ['roles', { name: text, rights: ['catalog.read'] }],
        ['users', { name: `user${number}`, full_name: name }],
      ];
      for (const [kind, body] of wanted) assert.deepEqual(await create(kind, body), [kind, 201]);
    }
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** As the page itself does it, with its cookie. */
  const create = (kind, body) =>
    page.evaluate(
      async ([path, content]) => {
        const { csrf } = await (await fetch('/api/v1/session')).json();
        const answer = await fetch(`/api/v1/${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Farboot-Csrf': csrf },
          body: JSON.stringify(content),
        });
        return [path, answer.status];
      },
      [kind, body],
    );

  async function nothingRan(where) {
    const found = await where.evaluate(() => ({
      owned: window.owned ?? null,
      elements: document.querySelectorAll('img[src="x"], svg[onload], [onerror]').length,
    }));
    assert.deepEqual(found, { owned: null, elements: 0 });
  }

  test('the administration shows them as text on each of its pages', async () => {
    await page.reload();
    await page.locator('a[href="#records"]').waitFor();
    const links = await page.locator('a[href^="#"]').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    const everywhere = ['entries', 'locations', 'hardware', 'rules', 'groups', 'roles', 'users'];
    const shown = {
      ...Object.fromEntries(everywhere.map((view) => [`#${view}`, names])),
      ...{ '#records': names.slice(0, 1), '#audit': names.map((name) => JSON.stringify(name)) },
    };
    for (const link of new Set([...links, ...Object.keys(shown)])) {
      await page.locator(`a[href="${link}"]`).first().click();
      await page.locator(`a[href="${link}"][aria-current="page"]`).waitFor(); // before it, the names are the last page's
      await page.waitForFunction((all) => all.every((name) => document.body.innerText.includes(name)), shown[link] ?? []);
      await nothingRan(page);
    }
    assert.deepEqual(faults, []);
  });

  test('the menu shows them as text', async () => {
    const { page: menu, context, faults: menuFaults } = await openPage(browser);
    await menu.goto(`${server.url}/menu/`);
    await menu.locator('.card').first().waitFor();
    assert.deepEqual(await menu.locator('.card-title').allInnerTexts(), names);
    await nothingRan(menu);
    assert.deepEqual(menuFaults, []);
    await context.close();
  });

  test('the account shows them as text', async () => {
    await page.goto(`${server.url}/account/`);
    await page.getByText(names[0]).first().waitFor();
    await nothingRan(page);
    assert.deepEqual(faults, []);
  });
});
