import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { localized, type Language } from '../../../shared/localized';
import type { Pc } from '../api/types';
import { locations } from './places';
import { pathsOf } from './tree';

/** Where a PC is, from the root down, as far as the locations are loaded. */
export function usePlaceOf() {
  const { t, locale } = useI18n();
  const paths = computed(() => pathsOf(locations.list.value, locale.value as Language));
  return ({ location }: Pc) =>
    location ? (paths.value.get(location.id) ?? localized(location.name, locale.value as Language)) : t('pcView.nowhere');
}
