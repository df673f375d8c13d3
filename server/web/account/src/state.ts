/** One's own account, as the server has it (docs/http-api.md). */
import { reactive } from 'vue';
import { client } from '../../admin/src/state/session';
import type { Localized } from '../../shared/localized';
import { toggled, type AccountEntry } from './favourites';

export interface Account {
  user: string;
  full_name: string;
  favourites: number[];
  entries: AccountEntry[];
  pcs: { id: number; name: string; since: string }[];
}

/** A PC that waits for its code to be confirmed. */
export interface WaitingPc {
  code: string;
  pc: { id: number; name: string; place: Localized[]; address: string; enrolled: boolean };
}

export const account = reactive<{ data: Account | null }>({ data: null });

export async function loadAccount(): Promise<void> {
  account.data = (await client.request<Account>('GET', 'account')).data;
}

export async function toggle(id: number): Promise<void> {
  if (!account.data) return;
  const entries = toggled(account.data.favourites, id);
  await client.request('PUT', 'account/favourites', { body: { entries } });
  account.data.favourites = entries;
}

export const findPc = async (code: string): Promise<WaitingPc> =>
  (await client.request<WaitingPc>('GET', `account/pc-login?code=${encodeURIComponent(code)}`)).data;

export async function answer(code: string, confirm: boolean): Promise<void> {
  await client.request('POST', 'account/pc-login', { body: { code, confirm } });
}

export async function logOutAt(id: number): Promise<void> {
  await client.request('DELETE', `account/pcs/${id}`);
}
