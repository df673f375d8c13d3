/** Locations, hardware classes, rules, PCs and jobs, as last heard from the server, and what they make of a PC. */
import type { Explanation, HardwareClass, HardwareDraft, Location, LocationDraft, Rule, RuleDraft } from '../api/types';
import { Collection } from './collection';
import { Jobs } from './jobs';
import { Pcs } from './pcs';
import { queryOf, type Question } from './question';
import { client } from './session';

export const locations = new Collection<Location, LocationDraft>(client, 'locations', 'locations');
export const hardware = new Collection<HardwareClass, HardwareDraft>(client, 'hardware-classes', 'hardware_classes');
export const rules = new Collection<Rule, RuleDraft>(client, 'rules', 'rules');
export const pcs = new Pcs(client);
export const jobs = new Jobs(client);

export async function loadPlaces(): Promise<void> {
  await Promise.all([locations.load(), hardware.load(), rules.load()]);
}

/** What a PC shows, and why. */
export async function explain(question: Question): Promise<Explanation> {
  return (await client.request<Explanation>('GET', `explain?${queryOf(question)}`)).data;
}
