import { expect, it } from 'vitest';
import { de } from './de';
import { en } from './en';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  );
}

const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

it.each(flat(en))('%s fills in the same in both languages', (key, text) => {
  const german = Object.fromEntries(flat(de))[key] ?? '';
  expect(german).not.toBe('');
  expect(names(german)).toEqual(names(text));
});
