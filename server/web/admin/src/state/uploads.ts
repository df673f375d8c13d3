/** Uploads as the server knows them, and those that this page sends. */
import { shallowRef } from 'vue';
import type { Quota, Upload } from '../api/types';
import { Pages } from './pages';
import { Sendings } from './sending';
import { client, session } from './session';

export const quota = shallowRef<Quota | null>(null);

export const uploads = new Pages<Upload>(async (after) => {
  const path = `uploads?limit=100${after ? `&after=${after}` : ''}`;
  const { data } = await client.request<{ uploads: Upload[]; next: number | null; quota: Quota }>('GET', path);
  quota.value = data.quota;
  return { things: data.uploads, next: data.next };
});

/** They go on while another view is shown. */
export const sendings = new Sendings(
  new URL('../api/v1/uploads', document.baseURI).href,
  () => session.session?.csrf ?? null,
  () => void uploads.load().catch(() => undefined), // the view tells when it cannot be loaded
);

export async function removeUpload(upload: Upload): Promise<void> {
  await client.request('DELETE', `uploads/${upload.id}`, { headers: { 'Tus-Resumable': '1.0.0' } });
  await uploads.load();
}
