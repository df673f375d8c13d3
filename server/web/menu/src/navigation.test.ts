import { describe, expect, it } from 'vitest';
import { moved, Typeahead } from './navigation';

describe('moved', () => {
  it.each([
    ['ArrowDown', 0, 1, 1],
    ['ArrowDown', 6, 1, 6],
    ['ArrowUp', 0, 1, 0],
    ['ArrowUp', 3, 1, 2],
    ['ArrowDown', 0, 2, 2],
    ['ArrowUp', 3, 2, 1],
    ['ArrowDown', 6, 2, 6],
    ['ArrowRight', 0, 2, 1],
    ['ArrowRight', 0, 1, 0],
    ['ArrowLeft', 3, 2, 2],
    ['Home', 5, 1, 0],
    ['End', 0, 2, 6],
    ['PageDown', 5, 1, 6],
    ['PageUp', 5, 1, 1],
  ])('%s from %i in %i column(s) leads to %i', (key, index, columns, to) =>
    expect(moved(key, index, 7, columns)).toBe(to),
  );
  it('leaves other keys alone', () => expect(moved('x', 0, 7, 1)).toBeNull());
  it('moves nothing in an empty list', () => expect(moved('End', -1, 0, 1)).toBeNull());
});

describe('Typeahead', () => {
  const titles = ['Debian', 'Disk check', 'Windows', 'Windows test'].map((title) => ({ title, tags: [] as string[] }));

  it('finds the next title that begins with the letter', () => {
    expect(new Typeahead().find('w', titles, 0, 0)).toBe(2);
    expect(new Typeahead().find('D', titles, 0, 0)).toBe(1);
  });
  it('goes round with the same letter', () => {
    const typeahead = new Typeahead();
    expect(typeahead.find('w', titles, 0, 0)).toBe(2);
    expect(typeahead.find('w', titles, 2, 200)).toBe(3);
    expect(typeahead.find('w', titles, 3, 400)).toBe(2);
  });
  it('takes letters in a row for one word', () => {
    const typeahead = new Typeahead();
    expect(typeahead.find('d', titles, 3, 0)).toBe(0);
    expect(typeahead.find('i', titles, 0, 300)).toBe(1);
    expect(typeahead.find('s', titles, 1, 600)).toBe(1);
  });
  it('begins anew after a second', () => {
    const typeahead = new Typeahead();
    typeahead.find('d', titles, 3, 0);
    expect(typeahead.find('w', titles, 0, 1500)).toBe(2);
  });
  it('finds by other words what no title begins with', () => {
    const entries = [
      { title: 'Debian', tags: ['Linux', 'Windows-like'] },
      { title: 'Windows', tags: ['Office'] },
    ];
    expect(new Typeahead().find('o', entries, 0, 0)).toBe(1);
    expect(new Typeahead().find('l', entries, 1, 0)).toBe(0);
    expect(new Typeahead().find('w', entries, 1, 0)).toBe(1);
  });
  it('finds nothing where nothing begins so', () => expect(new Typeahead().find('x', titles, 0, 0)).toBeNull());
});
