import { describe, expect, it } from 'vitest';
import type { Pc } from '../api/types';
import { pagePath, Pcs } from './pcs';

interface Request {
  method: string;
  path: string;
  body?: unknown;
  ifMatch?: string;
}

/** A server with `count` PCs, which gives them out in pages of two. */
function server(count: number) {
  const asked: Request[] = [];
  const all = Array.from({ length: count }, (_, index) => ({ id: index + 1, etag: `"p${index + 1}-1"` }) as Pc);
  const client = {
    async request<T>(method: string, path: string, options: { body?: unknown; ifMatch?: string } = {}) {
      asked.push({ method, path, ...options });
      const query = new URLSearchParams(path.split('?')[1]);
      const found = query.get('key') ? [] : all.filter(({ id }) => id > Number(query.get('after')));
      const page = found.slice(0, 2);
      return { data: { pcs: page, next: found.length > 2 ? page[1]?.id : null } as T, etag: null };
    },
  };
  const pcs = new Pcs(client);
  return { asked, all, pcs, ids: () => pcs.list.value.map(({ id }) => id) };
}

describe('PCs', () => {
  it('are asked for by state and by key', () => {
    expect(pagePath({ state: '', waiting: false }, 0)).toBe('pcs?limit=50');
    expect(pagePath({ state: 'off', waiting: true }, 7)).toBe('pcs?limit=50&after=7&state=off&key=waiting');
  });

  it('come in pages, forward and back', async () => {
    const { pcs, ids } = server(3);
    await pcs.load();
    expect([ids(), pcs.next.value]).toEqual([[1, 2], 2]);
    await pcs.forward();
    expect([ids(), pcs.next.value]).toEqual([[3], null]);
    await pcs.forward();
    expect(ids()).toEqual([3]);
    await pcs.back();
    expect(ids()).toEqual([1, 2]);
  });

  it('leave a page that has become empty', async () => {
    const { pcs, all, ids } = server(3);
    await pcs.load();
    await pcs.forward();
    all.pop();
    await pcs.load();
    expect([ids(), pcs.pages.value]).toEqual([[1, 2], [0]]);
  });

  it('begin with the first page when the filter is another', async () => {
    const { pcs, asked } = server(3);
    await pcs.load();
    await pcs.forward();
    await pcs.show({ state: 'running', waiting: false });
    expect(asked.at(-2)?.path).toBe('pcs?limit=50&state=running');
    expect(asked.at(-1)?.path).toBe('pcs?limit=50&key=waiting');
  });

  it('show what was asked for last, whichever answer comes first', async () => {
    const { pcs, ids } = server(3);
    await pcs.load();
    await Promise.all([pcs.forward(), pcs.back()]);
    expect(ids()).toEqual([1, 2]);
  });

  it('are renamed and forgotten as they were seen, and confirmed by the code that was compared', async () => {
    const { pcs, asked, all } = server(1);
    const [pc] = all as [Pc];
    await pcs.rename(pc, 'Seat 3');
    await pcs.forget(pc);
    await pcs.confirm(1, 'k7qm-2xpa');
    await pcs.command(1, 'reboot');
    await pcs.command(1, 'boot', 'boot/debian');
    expect(asked).toEqual([
      { method: 'PUT', path: 'pcs/1', body: { name: 'Seat 3' }, ifMatch: '"p1-1"' },
      { method: 'DELETE', path: 'pcs/1', ifMatch: '"p1-1"' },
      { method: 'POST', path: 'pcs/1/enrolment', body: { code: 'k7qm-2xpa' } },
      { method: 'POST', path: 'pcs/1/commands', body: { action: 'reboot' } },
      { method: 'POST', path: 'pcs/1/commands', body: { action: 'boot', record: 'boot/debian' } },
    ]);
  });
});
