import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['{menu,admin,account,shared}/**/*.test.ts'], environment: 'node' },
});
