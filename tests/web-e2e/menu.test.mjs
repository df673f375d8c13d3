/** The menu page, as a student at a PC meets it: the keyboard first. The agent's far end is played by the test. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from './support/browser.mjs';
import { fakeAgent, say, sent } from './support/fake-agent.mjs';
import { servePages } from './support/page-server.mjs';
import { atMenu, hello, menu } from './support/sample.mjs';

let browser;
let server;
before(async () => {
  browser = await startBrowser();
  server = await servePages((path) => (path === '/api/v1/menu' ? menu : null));
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const state = (name, rest = {}) => ({ event: 'state', state: name, ...rest });
const debian = { record: 'boot/debian-desktop', title: 'Debian 12 desktop' };

/** Opens the page with an agent that has said `events`; afterwards nothing may have gone wrong in the page. */
async function onPc(t, events = [hello, { event: 'menu', menu }, atMenu], options = {}) {
  const { page, faults, context } = await openPage(browser, { agent: fakeAgent, ...options });
  t.after(() => context.close());
  await page.goto(`${server.url}/menu/`);
  await say(page, ...events);
  t.after(() => assert.deepEqual(faults, []));
  return page;
}

const selected = (page) => page.locator('[role=option][aria-selected=true]');
const commands = (page, name) =>
  page.evaluate((wanted) => window.fakeAgent.sent.filter(({ command }) => command === wanted), name);

async function eventually(page, text) {
  await page.getByText(text).first().waitFor();
}

describe('the list of systems', () => {
  test('is drawn, and says so to the agent once', async (t) => {
    const page = await onPc(t);
    await sent(page, { command: 'page-ready' });
    assert.equal(await page.getByRole('option').count(), 4);
    await eventually(page, 'For exercises and projects');
    await say(page, { event: 'menu', menu });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.equal((await commands(page, 'page-ready')).length, 1);
  });

  test('is moved through and started by keys alone', async (t) => {
    const page = await onPc(t);
    await page.keyboard.press('ArrowDown');
    assert.match(await selected(page).innerText(), /Windows 11 lab/);
    await page.keyboard.press('End');
    assert.match(await selected(page).innerText(), /Disk check/);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowUp');
    assert.match(await selected(page).innerText(), /Debian 12 desktop/);
    await page.keyboard.type('lib');
    assert.match(await selected(page).innerText(), /Library catalogue/);
    await page.keyboard.press('Enter');
    await sent(page, { command: 'boot', record: 'boot/kiosk' });
    await eventually(page, 'Asking for the system');
  });

  test('starts what is clicked', async (t) => {
    const page = await onPc(t);
    await page.getByRole('option', { name: 'Windows 11 lab' }).click();
    await sent(page, { command: 'boot', record: 'boot/windows-lab' });
  });

  test('takes keys again after the focus was lost', async (t) => {
    const page = await onPc(t);
    await page.locator('footer').click();
    await page.keyboard.press('ArrowDown');
    assert.match(await selected(page).innerText(), /Windows 11 lab/);
  });

  test('is one listbox that names its active option', async (t) => {
    const page = await onPc(t);
    const list = page.getByRole('listbox', { name: 'Systems' });
    await page.keyboard.press('ArrowDown');
    assert.equal(await list.getAttribute('aria-activedescendant'), await selected(page).getAttribute('id'));
    assert.ok(await list.evaluate((element) => element === document.activeElement));
  });

  test('keeps the highlighted system in sight, however many there are', async (t) => {
    const entries = Array.from({ length: 25 }, (_, at) => ({ ...menu.entries[at % 4], id: 100 + at }));
    const page = await onPc(t, [hello, { event: 'menu', menu: { ...menu, entries, auto: null } }, atMenu]);
    await page.keyboard.press('End');
    const box = await selected(page).boundingBox();
    const footer = await page.locator('footer').boundingBox();
    assert.ok(box.y > 0 && box.y + box.height <= footer.y, `the card is at ${JSON.stringify(box)}`);
    await say(page, state('error', { reason: 'network', sentence: { en: 'No network.' } }));
    await eventually(page, 'No network.');
    const moved = await selected(page).boundingBox();
    assert.ok(moved.y + moved.height <= footer.y, `the card is at ${JSON.stringify(moved)}`);
  });

  test('begins at the default that the server names', async (t) => {
    const page = await onPc(t, [hello, { event: 'menu', menu: { ...menu, default: 7 } }, atMenu]);
    assert.match(await selected(page).innerText(), /Library catalogue/);
    await page.keyboard.press('Enter');
    await sent(page, { command: 'boot', record: 'boot/kiosk' });
  });

  test('says calmly that the PC’s key waits, until it is confirmed', async (t) => {
    const pc = (state) => ({ event: 'pc', id: 12, name: '', key: { state, code: 'k7qm-2xpa-9dfe-3htr' } });
    const page = await onPc(t, [hello, { event: 'menu', menu }, pc('waiting'), atMenu]);
    const line = page.locator('.key-line');
    await line.waitFor();
    assert.equal(await line.innerText(), 'PC 12: the key k7qm-2xpa-9dfe-3htr waits to be confirmed.');
    await say(page, pc('other'));
    await page.getByText('is enrolled with another key').waitFor();
    await say(page, pc('confirmed'));
    await line.waitFor({ state: 'hidden' });
    await eventually(page, 'PC 12 · Connected to');
    const box = await page.locator('footer').boundingBox();
    assert.ok(box.y + box.height <= 768, 'nothing is pushed off the screen');
  });

  test('says when there is none', async (t) => {
    const page = await onPc(t, [hello, { event: 'menu', menu: { ...menu, entries: [], auto: null } }, atMenu]);
    await eventually(page, 'No system is published for this PC yet.');
  });

  test('shows titles as text, whatever is in them', async (t) => {
    const evil = { ...menu.entries[0], title: { en: '<img src=x onerror="window.broken=1">' } };
    const page = await onPc(t, [hello, { event: 'menu', menu: { ...menu, entries: [evil] } }, atMenu]);
    await eventually(page, '<img src=x onerror');
    assert.equal(await page.evaluate(() => window.broken), undefined);
  });
});

describe('the language', () => {
  test('is the agent’s, and F2 switches it', async (t) => {
    const page = await onPc(t, [{ ...hello, language: 'de' }, { event: 'menu', menu }, atMenu]);
    await eventually(page, 'Welches System möchten Sie starten?');
    await eventually(page, 'Bibliothekskatalog');
    await page.keyboard.press('F2');
    await eventually(page, 'Which system do you want to start?');
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    await say(page, { ...hello, language: 'de' });
    await eventually(page, 'Which system do you want to start?');
  });

  test('is switched by the button too', async (t) => {
    const page = await onPc(t);
    await page.getByRole('button', { name: 'Diese Seite auf Deutsch' }).click();
    await eventually(page, 'Welches System möchten Sie starten?');
  });
});

describe('a start', () => {
  test('shows its steps, bytes, rate and time left', async (t) => {
    const page = await onPc(t);
    await page.keyboard.press('Enter');
    await say(page, state('fetching', { ...debian, bytes: 245e6, total: 612e6, rate: 11.2e6 }));
    await eventually(page, '245 MB of 612 MB');
    await eventually(page, '11 MB/s');
    await eventually(page, '33 s left');
    assert.equal(await page.getByRole('progressbar').getAttribute('aria-valuenow'), '40');
    for (const [name, text] of [['verifying', 'Signatures and checksums'], ['loading', 'loaded into memory']]) {
      await say(page, state(name, debian));
      await eventually(page, text);
      assert.equal(await page.locator('[aria-current=step]').getAttribute('data-step'), name);
    }
    await say(page, state('handover', debian));
    await eventually(page, 'The PC now hands over to the system.');
    assert.equal(await page.getByRole('button', { name: 'Cancel' }).isVisible(), false);
  });

  test('is cancelled by Esc, not by a second Enter', async (t) => {
    const page = await onPc(t);
    await page.keyboard.press('Enter');
    await say(page, state('fetching', { ...debian, bytes: 1, total: 10 }));
    await eventually(page, 'being downloaded');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await sent(page, { command: 'cancel' });
    await say(page, atMenu);
    await eventually(page, 'Which system do you want to start?');
    assert.equal((await commands(page, 'cancel')).length, 1);
    assert.equal((await commands(page, 'boot')).length, 1);
  });

  test('waits with a visible countdown when the server is lost in the middle', async (t) => {
    const page = await onPc(t);
    await say(page, state('fetching', { ...debian, bytes: 306e6, total: 612e6 }));
    const sentence = { en: 'The server does not answer.', de: 'Der Server antwortet nicht.' };
    await say(page, state('waiting', { ...debian, seconds: 300, reason: 'network', sentence }));
    await eventually(page, 'The server does not answer.');
    const seconds = async () => Number((await page.getByText('Next try in').innerText()).match(/\d+/)[0]);
    const first = await seconds();
    await page.waitForFunction((text) => !document.body.innerText.includes(text), `Next try in ${first} s`);
    assert.ok((await seconds()) < first);
    assert.equal(await page.getByRole('progressbar').getAttribute('aria-valuenow'), '50');
    await say(page, state('waiting', { ...debian, seconds: 0, reason: 'network', sentence }));
    await eventually(page, 'Trying again');
  });

  test('that is refused leaves its sentence and a menu that works', async (t) => {
    const page = await onPc(t);
    await page.keyboard.press('Enter');
    const sentence = { en: 'The signature does not verify.', de: 'Die Signatur passt nicht.' };
    await say(page, state('error', { ...debian, reason: 'signature-invalid', sentence }));
    await page.getByRole('alert').getByText('The signature does not verify.').waitFor();
    await eventually(page, 'signature-invalid');
    await page.keyboard.press('F2');
    await eventually(page, 'Die Signatur passt nicht.');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await sent(page, { command: 'boot', record: 'boot/windows-lab' });
  });
});

describe('the countdown to an automatic start', () => {
  const counting = state('countdown', { ...debian, seconds: 30 });

  test('is shown at its system', async (t) => {
    const page = await onPc(t);
    await say(page, counting);
    await eventually(page, /Debian 12 desktop starts in \d+.s\./);
    assert.match(await selected(page).innerText(), /starts in \d+.s/);
  });

  for (const key of ['Escape', 'ArrowDown', 'F10']) {
    test(`is stopped by ${key}`, async (t) => {
      const page = await onPc(t);
      await say(page, counting);
      await eventually(page, 'stops the countdown');
      await page.keyboard.press(key);
      await sent(page, { command: 'cancel' });
    });
  }
});

describe('power', () => {
  test('off is asked for twice', async (t) => {
    const page = await onPc(t);
    await page.keyboard.press('F10');
    await page.getByRole('dialog', { name: 'Restart or power off' }).waitFor();
    await page.keyboard.press('Enter');
    await eventually(page, 'Power off this PC now?');
    assert.equal((await commands(page, 'power-off')).length, 0);
    await page.keyboard.press('Enter');
    await sent(page, { command: 'power-off' });
  });

  test('is left by Esc, and the list has the keys again', async (t) => {
    const page = await onPc(t);
    await page.keyboard.press('F10');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(page, 'Restart this PC now?');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('ArrowDown');
    assert.match(await selected(page).innerText(), /Windows 11 lab/);
    assert.equal((await commands(page, 'reboot')).length, 0);
  });
});

test('before the menu is there, the page says what it waits for', async (t) => {
  const page = await onPc(t, [hello, state('network')]);
  await eventually(page, 'Connecting to the network');
  await say(page, state('server'));
  await eventually(page, 'Asking the server for the menu');
});

test('a preboot system of another version is told to the person', async (t) => {
  const page = await onPc(t, [{ ...hello, version: 2 }, { event: 'menu', menu }]);
  await eventually(page, 'does not fit the server');
  await page.keyboard.press('Enter');
  assert.equal((await commands(page, 'boot')).length, 0);
});

describe('without an agent', () => {
  test('the menu can be looked at', async (t) => {
    const { page, faults, context } = await openPage(browser, { language: 'de' });
    t.after(() => context.close());
    await page.goto(`${server.url}/menu/`);
    await eventually(page, 'Nur zum Ansehen');
    assert.equal(await page.getByRole('option').count(), 4);
    await page.keyboard.press('Enter');
    assert.equal(await page.getByRole('listbox').isVisible(), true);
    assert.equal(await page.getByRole('button', { name: 'Ausschalten' }).isVisible(), false);
    assert.deepEqual(faults, []);
  });

  test('a server that has no menu is asked again', async (t) => {
    const { page, context } = await openPage(browser);
    t.after(() => context.close());
    let broken = true;
    await page.route('**/api/v1/menu*', (route) => (broken ? route.abort() : route.continue()));
    await page.goto(`${server.url}/menu/`);
    await eventually(page, 'The menu could not be fetched');
    await eventually(page, /Next try in \d+ s/);
    broken = false;
    await page.getByRole('option').first().waitFor();
  });
});

describe('somebody who logs in with his phone', () => {
  const code = {
    event: 'login',
    state: 'code',
    code: 'BCDF-GHJK',
    url: 'https://boot.example.org:8443/account/',
    qr: ['10101', '01010', '11111', '00000', '10001'],
  };
  const may = { ...menu, login: true };

  test('is offered to only where the server lets people log in', async (t) => {
    const page = await onPc(t);
    assert.equal(await page.locator('#person').isVisible(), false);
    await page.keyboard.press('F4');
    assert.deepEqual(await commands(page, 'log-in'), []);
    await say(page, { event: 'menu', menu: may });
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  test('sees code, address and drawing, and goes back by Esc', async (t) => {
    const page = await onPc(t, [hello, { event: 'menu', menu: may }, atMenu]);
    await page.keyboard.press('F4');
    await sent(page, { command: 'log-in' });
    await say(page, code);
    const dialog = page.getByRole('dialog', { name: 'Log in with your phone' });
    await dialog.getByText('BCDF-GHJK').waitFor();
    await dialog.getByText('https://boot.example.org:8443/account/').waitFor();
    const squares = await dialog.locator('svg.qr path').getAttribute('d');
    assert.equal(squares.split('M').length - 1, 12, 'the dark squares of the code');
    await page.keyboard.press('Escape');
    await sent(page, { command: 'log-out' });
    await say(page, { event: 'login', state: 'none' });
    await dialog.waitFor({ state: 'hidden' });
  });

  test('is told of a code that was refused or came to nothing, and asks for another one', async (t) => {
    const page = await onPc(t, [hello, { event: 'menu', menu: may }, atMenu, { event: 'login', state: 'expired' }]);
    await eventually(page, 'The code was not confirmed in time.');
    await page.getByRole('button', { name: 'New code' }).click();
    await sent(page, { command: 'log-in' });
    await say(page, { event: 'login', state: 'refused' });
    await eventually(page, 'The log-in was refused on the other device.');
    await say(page, { event: 'login', state: 'failed', sentence: { en: 'The server is away.' } });
    await eventually(page, 'The server is away.');
  });

  test('sees his menu, favourites with a star, and logs out', async (t) => {
    const [first, ...others] = menu.entries;
    const his = { ...may, person: { name: 'anna', full_name: 'Anna A.' }, entries: [{ ...first, favourite: true }, ...others] };
    const page = await onPc(t, [hello, { event: 'menu', menu: his }, atMenu]);
    await page.getByRole('button', { name: 'Log out Anna A.' }).waitFor();
    assert.equal(await page.getByRole('img', { name: 'favourite' }).count(), 1);
    await page.keyboard.press('F4');
    await sent(page, { command: 'log-out' });
  });
});
