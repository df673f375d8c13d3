/** Drafts of hardware classes, as pure functions. */
import type { HardwareDraft } from '../api/types';

export function emptyHardware(): HardwareDraft {
  return {
    ...{ name: { de: '', en: '' }, vendor: '', product: '' },
    ...{ memory_mib: { min: null, max: null }, cpu_flags: [], gpus: [] },
  };
}

/** What an admin decides of a hardware class, without what the server adds. */
export function hardwareDraft({ name, vendor, product, memory_mib, cpu_flags, gpus }: HardwareDraft): HardwareDraft {
  return {
    ...{ name: { ...name }, vendor, product },
    ...{ memory_mib: { ...memory_mib }, cpu_flags: [...cpu_flags], gpus: [...gpus] },
  };
}

/** What it asks for, such as "Dell* · *OptiPlex* · 15000–32000 MiB · avx2 · GPU 10de". */
export function hardwareText({ vendor, product, memory_mib: { min, max }, cpu_flags, gpus }: HardwareDraft): string {
  const memory = min === null && max === null ? '' : `${min ?? 0}–${max ?? '…'} MiB`;
  const gpu = gpus.length ? `GPU ${gpus.join(' / ')}` : '';
  return [vendor, product, memory, cpu_flags.join(', '), gpu].filter(Boolean).join(' · ');
}
