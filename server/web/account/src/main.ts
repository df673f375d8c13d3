import '../../shared/inter.css';
import '../../admin/src/element';
import '../../admin/src/admin.css';
import './account.css';
import { createApp } from 'vue';
import { i18n } from '../../admin/src/i18n';
import { tellFailed } from '../../admin/src/messages';
import App from './App.vue';
import { de, en } from './texts';

i18n.global.mergeLocaleMessage('de', de);
i18n.global.mergeLocaleMessage('en', en);
const app = createApp(App);
// The edge where what nobody expected is told to the person instead of vanishing.
app.config.errorHandler = (error) => {
  console.error(error);
  tellFailed(error);
};
app.use(i18n).mount('#app');
