import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['{menu,admin,shared}/**/*.test.ts'], environment: 'node' },
});
