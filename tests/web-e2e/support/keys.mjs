/** Working a page by the keyboard alone. */

/** Presses Tab until the focus is on what `selector` matches. */
export async function tabTo(page, selector, key = 'Tab') {
  for (let presses = 0; presses < 100; ++presses) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab never reaches ${selector}`);
}

/** Reaches a field by Tab and replaces what is in it. */
export async function fill(page, selector, text) {
  await tabTo(page, selector);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

/** Reaches a button by Tab and presses it. */
export async function press(page, selector) {
  await tabTo(page, selector);
  await page.keyboard.press('Enter');
}
