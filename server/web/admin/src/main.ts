import '../../shared/inter.css';
import './element';
import './admin.css';
import './jobs.css';
import './uploads.css';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './i18n';
import { tellFailed } from './messages';

const app = createApp(App);
// The edge where what nobody expected is told to the person instead of vanishing.
app.config.errorHandler = (error) => {
  console.error(error);
  tellFailed(error);
};
app.use(i18n).mount('#app');
