import { expect, it } from 'vitest';
import { Pages } from './pages';

/** Numbers up to `count.of`, in pages of two. */
function numbers(of: number) {
  const count = { of };
  const pages = new Pages<number>(async (after) => {
    const left = Array.from({ length: count.of }, (_, index) => index + 1).filter((number) => number > after);
    return { things: left.slice(0, 2), next: left.length > 2 ? after + 2 : null };
  });
  return { count, pages };
}

it('goes forward as far as there is something, and back', async () => {
  const { pages } = numbers(3);
  await pages.load();
  expect([pages.list.value, pages.next.value]).toEqual([[1, 2], 2]);
  await pages.forward();
  await pages.forward();
  expect([pages.list.value, pages.pages.value]).toEqual([[3], [0, 2]]);
  await pages.back();
  expect(pages.list.value).toEqual([1, 2]);
});

it('leaves a last page that has become empty', async () => {
  const { count, pages } = numbers(3);
  await pages.load();
  await pages.forward();
  count.of = 2;
  await pages.load();
  expect([pages.list.value, pages.pages.value]).toEqual([[1, 2], [0]]);
});

it('shows what was asked for last, whichever answer comes first', async () => {
  const { pages } = numbers(3);
  await pages.load();
  await Promise.all([pages.forward(), pages.back()]);
  expect(pages.list.value).toEqual([1, 2]);
});
