import { defineConfig } from 'vite';
import { pageConfig } from './vite.common';

const config = pageConfig('menu', 'chrome102');

// Qt's own client stays a file of its own: its licence lets anybody put another version in its place.
config.build!.rollupOptions = {
  output: { manualChunks: (id) => (id.includes('node_modules/qwebchannel') ? 'qwebchannel' : undefined) },
};

export default defineConfig(config);
