/** Debian's chromium through playwright-core, which is installed beside the pages' own packages. */
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../server/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

/** Starts the browser. The sandbox is off for root alone, whom Chromium refuses it. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.FARBOOT_CHROMIUM ?? '/usr/bin/chromium',
    chromiumSandbox: process.getuid() !== 0,
    args: ['--disable-gpu'],
  });
}

/**
 * A page in a context of its own, with what went wrong in it: script errors, refusals of the Content-Security-Policy,
 * error lines on the console.
 */
export async function openPage(browser, { language = 'en', width = 1024, height = 768, agent = null } = {}) {
  const context = await browser.newContext({
    locale: language,
    viewport: { width, height },
    ignoreHTTPSErrors: true,
  });
  context.setDefaultTimeout(120_000); // on a busy machine a page may take long
  if (agent) await context.addInitScript(agent);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // The browser's own line about a status code is no fault of the page: flows provoke 401 and 412 on purpose.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  return { page, faults, context };
}
