import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Language } from '../../../shared/localized';
import type { Job } from '../api/jobs';
import { countsText } from './job';
import { locations } from './places';
import { pathsOf } from './tree';

/** How people call a job, where it is, and how far. */
export function useJobTexts() {
  const { t, locale } = useI18n();
  const paths = computed(() => pathsOf(locations.list.value, locale.value as Language));
  const titleOf = ({ id, name }: Pick<Job, 'id' | 'name'>) => name || t('jobView.number', { id });

  function whereOf({ pcs = [], location }: Pick<Job, 'pcs' | 'location'>): string {
    if (location === undefined) return t('jobView.onPcs', { count: pcs.length }, pcs.length);
    return paths.value.get(location) ?? t('jobView.lostLocation', { id: location });
  }

  function pcsOf({ counts, begun }: Pick<Job, 'counts' | 'begun'>): string {
    if (!begun && !Object.keys(counts).length) return t('jobView.notYet');
    return countsText(counts, (state) => t(`jobView.parts.${state}`)) || t('jobView.noPcs');
  }

  return { titleOf, whereOf, pcsOf };
}
