/**
 * Takes the pictures of the administration in docs/images: node tests/web-e2e/pictures.mjs. A real farboot-server has a
 * small campus; the pages are built (npm --prefix server/web run build).
 */
import { fileURLToPath } from 'node:url';
import { openPage, startBrowser } from './support/browser.mjs';
import { makePc } from './support/pc.mjs';
import { noServer, startServer } from './support/server.mjs';

if (noServer) throw new Error(noServer);
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const server = await startServer();
const browser = await startBrowser();

try {
  await server.publish('boot', 'debian-desktop', 'Debian 12 desktop');
  await server.publish('boot', 'exam', 'Exam');
  await server.publish('boot', 'kiosk', 'Library catalogue');
  const { page } = await openPage(browser, { width: 1280, height: 860 });
  await page.goto(`${server.url}/admin/`);
  await page.fill('#login-user', server.admin.user);
  await page.fill('#login-password', server.admin.password);
  await page.keyboard.press('Enter');
  await page.locator('a[href="#explain"]').waitFor();

  const { csrf } = await page.evaluate(async () => (await fetch('/api/v1/session')).json());
  const post = async (path, body) => {
    const answer = await page.evaluate(
      async ([url, json, value]) => {
        const headers = { 'Content-Type': 'application/json', 'X-Farboot-Csrf': value };
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(json) });
        return { ok: response.ok, body: await response.json() };
      },
      [`/api/v1/${path}`, body, csrf],
    );
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  const entry = (record, en, icon) =>
    post('entries', {
      ...{ kind: 'system', record: `boot/${record}`, title: { de: '', en }, description: { de: '', en: '' }, icon },
      ...{ visible: true, auto_seconds: null },
    });
  const desktop = await entry('debian-desktop', 'Debian 12 desktop', 'desktop');
  const exam = await entry('exam', 'Exam', 'kiosk');
  const catalogue = await entry('kiosk', 'Library catalogue', 'kiosk');
  const place = (en, more) => post('locations', { name: { de: '', en }, ...more });
  const campus = await place('Campus', { subnets: ['10.0.0.0/8'] });
  const library = await place('Library', { parent: campus, subnets: ['10.3.0.0/16'] });
  const physics = await place('Physics', { parent: campus, subnets: ['10.7.0.0/16'] });
  const room = await place('Room 101', { parent: physics, subnets: ['10.7.1.0/24'] });
  await post('rules', {
    ...{ name: { de: '', en: 'Exam in quantum mechanics' }, location: room, exam: true, only: [exam] },
    ...{ auto: { id: exam, seconds: 30 } },
    time: { zone: 'Europe/Berlin', once: [{ from: '2027-02-10T08:30', to: '2027-02-10T12:00' }] },
  });
  await post('rules', { name: { de: '', en: 'No exams outside of exams' }, hide: [exam] });
  await post('rules', {
    ...{ name: { de: '', en: 'Catalogue PCs' }, location: library, only: [catalogue], default: catalogue },
    auto: { id: catalogue, seconds: 0 },
  });
  await post('rules', { name: { de: '', en: 'Desktop first' }, location: physics, default: desktop });

  await page.reload();
  await page.click('a[href="#rules"]');
  await page.getByText('Catalogue PCs').first().waitFor();
  await page.screenshot({ path: `${images}06-rules.png` });
  await page.click('a[href="#explain"]');
  await page.fill('#explain-address', '10.7.1.20');
  await page.fill('#explain-time', '2027-02-10T09:00');
  await page.keyboard.press('Enter');
  await page.locator('[data-test=answer]').waitFor();
  await page.screenshot({ path: `${images}07-explain.png`, fullPage: true });
  await page.click('a[href="#locations"]');
  await page.getByText('Room 101').first().waitFor();
  await page.screenshot({ path: `${images}08-locations.png` });

  // Three seats of room 101, known by their UUIDs: one crashed and waits, one runs, one is new.
  const seat = (number) => `4c4c4544-0042-3510-8052-b4c04f4e4d3${number}`;
  for (const number of [1, 2, 3]) await place(`Seat ${number}`, { parent: room, uuids: [seat(number)] });
  const hardware = { vendor: 'Dell Inc.', product: 'OptiPlex 7090', memory_mib: 15872 };
  const preboot = [['network-up', 3.4], ['menu-ready', 4.1], ['page-ready', 5.6], ['choice', 9.8], ['kexec-loaded', 11.2]];
  const system = [['initramfs-start', 1.2], ['reader-start', 1.9], ['nbd-attached', 2.6], ['root-mounted', 3.3]];
  const stages = (list) => list.map(([name, seconds]) => ({ name, seconds }));
  const pcs = [1, 2, 3].map((n) => makePc(server, { uuid: seat(n), mac: `52:54:00:12:34:0${n}`, hardware }));
  for (const [index, pc] of pcs.slice(0, 2).entries()) {
    const { id, key } = (await pc.comeUp(stages(preboot))).pc;
    await post(`pcs/${id}/enrolment`, { code: key.code });
    await pc.comeUp(stages(preboot));
    await pc.start('boot/debian-desktop', 1, stages(system));
    await page.evaluate(
      async ([number, name, value]) => {
        const etag = (await fetch(`/api/v1/pcs/${number}`)).headers.get('ETag');
        const headers = { 'Content-Type': 'application/json', 'X-Farboot-Csrf': value, 'If-Match': etag };
        await fetch(`/api/v1/pcs/${number}`, { method: 'PUT', headers, body: JSON.stringify({ name }) });
      },
      [id, `Physics 101, seat ${index + 1}`, csrf],
    );
  }
  await pcs[0].comeUp(stages(preboot));
  await pcs[0].start('boot/debian-desktop', 1, stages(system));
  await pcs[2].comeUp(stages(preboot));
  await page.click('a[href="#pcs"]');
  await page.locator('[data-waiting]').waitFor();
  await page.screenshot({ path: `${images}09-pcs.png` });
  await page.setViewportSize({ width: 1280, height: 1120 });
  await page.click('[data-pc] .pc-name');
  await page.locator('.pc-start').first().waitFor();
  // It slides in.
  await page.waitForFunction(() => document.querySelector('.pc-drawer').getAnimations({ subtree: true }).length === 0);
  await page.screenshot({ path: `${images}10-pc.png` });
} finally {
  await browser.close();
  await server.close();
}
