/** Files that are sent by tus, from the administration's page and by a client that others have made, to a real farboot-server. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openPage, startBrowser } from './support/browser.mjs';
import { fill, press } from './support/keys.mjs';
import { noServer, startServer } from './support/server.mjs';

const require = createRequire(new URL('../../server/web/package.json', import.meta.url));
const { DefaultHttpStack, Upload } = require('tus-js-client');

describe('uploads', { skip: noServer }, () => {
  let browser;
  let server;
  let page;
  let faults;
  let slow;
  let folder;
  const content = randomBytes(12_000_000);
  const digest = createHash('sha256').update(content).digest('hex');
  const file = () => join(folder, 'disk Ä.raw');

  const seen = (text, where = page) => where.getByText(text).first().waitFor();
  const sending = () => page.locator('[data-sending]');
  const phase = (name) => page.locator(`[data-sending][data-phase="${name}"]`).waitFor();
  const row = (id, state) => page.locator(`[data-upload="${id}"][data-state="${state}"]`);
  /** Sends at most so many bytes a second; 0: as many as it can. */
  const throttle = (uploadThroughput) =>
    slow.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: uploadThroughput || -1 },
    });
  const choose = async () => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press(page, '[data-test=choose]')]);
    await chooser.setFiles(file());
  };
  const received = async (id) =>
    (await page.evaluate(async (url) => (await fetch(url)).json(), `/api/v1/uploads/${id}`)).received;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'farboot-uploads-'));
    await writeFile(file(), content);
    server = await startServer();
    browser = await startBrowser();
    let context;
    ({ page, faults, context } = await openPage(browser, { width: 1280, height: 800 }));
    slow = await context.newCDPSession(page);
    await slow.send('Network.enable');
    await page.goto(`${server.url}/admin/#uploads`);
    await page.locator('#login-user').waitFor();
    await fill(page, '#login-user', server.admin.user);
    await fill(page, '#login-password', server.admin.password);
    await page.keyboard.press('Enter');
    await seen('No uploads yet');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  test('a file is sent, stopped and gone on with', async () => {
    await throttle(250_000);
    await choose();
    await phase('sending');
    await seen('12 MB', sending());
    await press(page, '[data-test=pause]');
    await phase('paused');
    await press(page, '[data-test=resume]');
    await phase('sending');
    await row(1, 'open').waitFor();
  });

  test('what a reload cuts off goes on when the file is chosen again', async () => {
    await until(() => received(1), (count) => count >= 2_000_000);
    await page.reload();
    await row(1, 'open').waitFor();
    assert.equal(await sending().count(), 0);
    const before = await received(1);
    assert.ok(before >= 2_000_000 && before < content.length, `${before} bytes are there`);
    await choose();
    await seen('goes on where it was', sending());
    await throttle(0);
    await phase('sent');
    await row(1, 'complete').waitFor();
    assert.equal(await row(1, 'complete').locator('[data-test=sha256]').innerText(), digest);
    assert.match(await page.locator('[data-test=quota]').innerText(), /12 MB of 100 GB used/);
    await press(page, '[data-test=hide]');
    await sending().waitFor({ state: 'detached' });
  });

  test('one is cancelled, another removed, each after a question', async () => {
    await throttle(250_000);
    await choose();
    await row(2, 'open').waitFor();
    await press(page, '[data-test=cancel-upload]');
    await seen('What has come of it is removed.');
    await press(page, '.el-message-box__btns .el-button:last-child');
    await row(2, 'open').waitFor({ state: 'detached' });
    await throttle(0);
    await press(page, '[data-upload="1"] [data-test=remove]');
    await press(page, '.el-message-box__btns .el-button:last-child');
    await seen('No uploads yet');
  });

  test('speaks German of them', async () => {
    await press(page, '[data-test=language]');
    await seen('Noch keine Uploads');
    await press(page, '[data-test=language]');
  });

  test('tells why the server refuses one', async () => {
    const set = await page.evaluate(async () => {
      const { csrf } = await (await fetch('/api/v1/session')).json();
      const user = await (await fetch('/api/v1/users/1')).json();
      const headers = { 'Content-Type': 'application/json', 'X-Farboot-Csrf': csrf, 'If-Match': '*' };
      const body = JSON.stringify({ ...user, upload_quota: 1000 });
      return (await fetch('/api/v1/users/1', { method: 'PUT', headers, body })).status;
    });
    assert.equal(set, 200);
    await choose();
    await phase('failed');
    await seen('1000 bytes more of the 1000', sending());
  });

  test('has broken no rule of its Content-Security-Policy, and thrown no error', () => assert.deepEqual(faults, []));

  test('tus-js-client under Node is understood, over a break', async () => {
    const httpStack = new DefaultHttpStack({ ca: server.ca });
    const headers = { Authorization: `Bearer ${server.token}` };
    const options = {
      ...{ endpoint: `${server.url}/api/v1/uploads`, httpStack, headers, uploadSize: content.length, chunkSize: 3_000_000 },
      metadata: { filename: 'foreign.raw', sha256: digest },
    };
    const send = (more, stopAt = Infinity) =>
      new Promise((done, failed) => {
        const upload = new Upload(createReadStream(file()), {
          ...{ ...options, ...more },
          onSuccess: () => done(upload.url),
          onError: failed,
          onChunkComplete: (_, accepted) => {
            if (accepted >= stopAt) upload.abort().then(() => done(upload.url), failed);
          },
        });
        upload.start();
      });
    const url = await send({}, 3_000_000);
    assert.equal(await send({ uploadUrl: url }), url);
    const ask = () => fetchJson(url, headers, server.ca);
    const upload = await until(ask, ({ state }) => state !== 'checking');
    assert.equal(upload.state, 'complete');
    assert.equal(upload.sha256, digest);
    await Upload.terminate(url, { ...options, retryDelays: null });
    await assert.rejects(ask());
  });
});

/** Asks again, for a minute, until the answer is one that is wanted. Resolves to the last answer. */
async function until(ask, wanted) {
  let answer = await ask();
  for (let asked = 1; !wanted(answer) && asked < 300; ++asked) {
    await setTimeout(200);
    answer = await ask();
  }
  return answer;
}

/** GET with an authority of one's own, which Node's fetch does not take. */
function fetchJson(url, headers, ca) {
  return new Promise((done, failed) => {
    get(url, { headers, ca }, (response) => {
      let text = '';
      response.on('data', (piece) => (text += piece));
      response.on('end', () => (response.statusCode === 200 ? done(JSON.parse(text)) : failed(new Error(text))));
    }).on('error', failed);
  });
}
