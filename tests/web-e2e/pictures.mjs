/**
 * Takes the pictures of the administration in docs/images: node tests/web-e2e/pictures.mjs. A real farboot-server has a
 * small campus; the pages are built (npm --prefix server/web run build).
 */
import { fileURLToPath } from 'node:url';
import { openPage, startBrowser } from './support/browser.mjs';
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
} finally {
  await browser.close();
  await server.close();
}
