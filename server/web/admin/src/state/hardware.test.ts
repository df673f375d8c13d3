import { expect, it } from 'vitest';
import { emptyHardware, hardwareDraft, hardwareText } from './hardware';

const dells = {
  ...{ ...emptyHardware(), vendor: 'Dell*', memory_mib: { min: 15000, max: null } },
  ...{ cpu_flags: ['avx2', 'aes'], gpus: ['10de', '1002:67df'] },
};

it('tells what a class asks for', () => {
  expect(hardwareText(dells)).toBe('Dell* · 15000–… MiB · avx2, aes · GPU 10de / 1002:67df');
  expect(hardwareText({ ...emptyHardware(), memory_mib: { min: null, max: 4096 } })).toBe('0–4096 MiB');
});

it('has a draft of its own', () => {
  const draft = hardwareDraft({ ...dells, id: 2, etag: '"h2-1"' } as typeof dells);
  draft.memory_mib.min = 1;
  draft.gpus.push('8086');
  expect(dells.gpus).toHaveLength(2);
  expect(dells.memory_mib.min).toBe(15000);
  expect(draft).not.toHaveProperty('etag');
});
