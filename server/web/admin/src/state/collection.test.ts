import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/errors';
import { Collection } from './collection';

interface Request {
  method: string;
  path: string;
  body?: unknown;
  ifMatch?: string;
}

/** A server with two things, which refuses what `refuses` names. */
function collectionOf(refuses = '') {
  const asked: Request[] = [];
  const list = [
    { id: 1, etag: '"r1-1"' },
    { id: 2, etag: '"r2-5"' },
  ];
  const client = {
    async request<T>(method: string, path: string, options: { body?: unknown; ifMatch?: string } = {}) {
      asked.push({ method, path, ...options });
      if (refuses && path === refuses) throw new ApiError(409, 'order-outdated', 'Others have come.');
      return { data: (method === 'GET' && path === 'rules' ? { rules: list } : list[0]) as T, etag: '"r1-1"' };
    },
  };
  return { asked, collection: new Collection<{ id: number; etag?: string }, object>(client, 'rules', 'rules') };
}

describe('Collection', () => {
  it('deletes the version that was on the screen, and lists anew', async () => {
    const { asked, collection } = collectionOf();
    await collection.load();
    await collection.remove({ id: 2, etag: '"r2-5"' });
    expect(asked.slice(1)).toEqual([
      { method: 'DELETE', path: 'rules/2', ifMatch: '"r2-5"' },
      { method: 'GET', path: 'rules' },
    ]);
  });

  it('changes the version that was read', async () => {
    const { asked, collection } = collectionOf();
    const { etag } = await collection.fetch(1);
    await collection.change(1, { a: 1 }, etag);
    expect(asked[1]).toEqual({ method: 'PUT', path: 'rules/1', body: { a: 1 }, ifMatch: '"r1-1"' });
  });

  it('moves at once', async () => {
    const { asked, collection } = collectionOf();
    await collection.load();
    await collection.move({ id: 2 }, -1);
    expect(asked[1]).toEqual({ method: 'PUT', path: 'rules/order', body: { ids: [2, 1] } });
    expect(collection.list.value.map(({ id }) => id)).toEqual([2, 1]);
  });

  it('shows the server’s order again where a move was refused', async () => {
    const { collection } = collectionOf('rules/order');
    await collection.load();
    await expect(collection.move({ id: 2 }, -1)).rejects.toThrow('Others have come.');
    expect(collection.list.value.map(({ id }) => id)).toEqual([1, 2]);
  });
});
