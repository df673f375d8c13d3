/** Jobs as the server knows them: the newest first, and what became of the PCs of each. */
import type { Client } from '../api/client';
import type { Job, JobPc, JobWish } from '../api/jobs';
import { Pages } from './pages';

const pageSize = 50;

export class Jobs {
  readonly newest = new Pages<Job>(async (before) => {
    const path = `jobs?limit=${pageSize}${before ? `&before=${before}` : ''}`;
    const { data } = await this.client.request<{ jobs: Job[]; next: number | null }>('GET', path);
    return { things: data.jobs, next: data.next };
  });

  constructor(private readonly client: Pick<Client, 'request'>) {}

  partsOf(id: number): Pages<JobPc> {
    return new Pages(async (after) => {
      const path = `jobs/${id}/pcs?limit=${pageSize}${after ? `&after=${after}` : ''}`;
      const { data } = await this.client.request<{ pcs: JobPc[]; next: number | null }>('GET', path);
      return { things: data.pcs, next: data.next };
    });
  }

  async find(id: number): Promise<Job> {
    return (await this.client.request<Job>('GET', `jobs/${id}`)).data;
  }

  async make(wish: JobWish): Promise<Job> {
    return (await this.client.request<Job>('POST', 'jobs', { body: wish })).data;
  }

  async cancel(id: number): Promise<void> {
    await this.client.request('POST', `jobs/${id}/cancel`);
  }
}
