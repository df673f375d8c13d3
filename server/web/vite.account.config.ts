import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { pageConfig } from './vite.common';

const config = pageConfig('account', 'es2022');

export default defineConfig({
  ...config,
  plugins: [vue(), ...(config.plugins ?? [])],
  define: {
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
});
