import { utcOf } from './when';

/** What the server is asked about a PC, to say what it shows, and why. */
export interface Question {
  for: 'preboot' | 'session';
  address: string;
  mac: string;
  uuid: string;
  user: string;
  groups: string[];
  dhcp: string[];
  /** Of the browser's clock, "2026-02-10T09:30"; empty: now. */
  time: string;
  vendor: string;
  product: string;
  memory_mib: string;
  cpu_flags: string;
  gpus: string;
}

export function emptyQuestion(): Question {
  return {
    for: 'preboot',
    ...{ address: '', mac: '', uuid: '', user: '', groups: [], dhcp: [], time: '' },
    ...{ vendor: '', product: '', memory_mib: '', cpu_flags: '', gpus: '' },
  };
}

/** The query of GET /api/v1/explain; what is empty is not asked. */
export function queryOf({ groups, dhcp, time, ...rest }: Question): string {
  const query = new URLSearchParams();
  for (const [name, text] of Object.entries(rest)) if (text.trim()) query.set(name, text.trim());
  for (const group of groups) query.append('group', group);
  for (const fact of dhcp) query.append('dhcp', fact);
  if (time) query.set('time', utcOf(time) ?? time);
  return query.toString();
}
