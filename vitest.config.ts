import { defineConfig } from 'vitest/config'

/** Globs of `compat` that do not run now: those of the command line do not reach a project. */
const without = (process.env['RIPOSTE_TEST_WITHOUT'] ?? '').split(':').filter(Boolean)

/**
 * `*.test.ts` is pure and shares one thread; `*.db.test.ts` uses a real PostgreSQL; `*.patch.test.ts` loads hooks into its process
 * or spawns programs, so each file has a process of its own; `*.kernel.test.ts` needs root on Linux and works in namespaces that it
 * makes. `compat` holds the SDK against real
 * drivers and frameworks, which its folders install for themselves. `e2e` runs the product as its users do.
 */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/*/*.test.ts',
          ],
          exclude: ['**/*.db.test.ts', '**/*.patch.test.ts', '**/*.kernel.test.ts', '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'db',
          include: ['packages/*/src/**/*.db.test.ts', 'apps/*/src/**/*.db.test.ts'],
          globalSetup: ['packages/testkit/src/postgres-global-setup.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'patch',
          include: ['packages/*/src/**/*.patch.test.ts', 'apps/*/src/**/*.patch.test.ts', 'bench/*/*.patch.test.ts'],
          globalSetup: ['packages/testkit/src/postgres-global-setup.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kernel',
          include: ['packages/*/src/**/*.kernel.test.ts', 'apps/*/src/**/*.kernel.test.ts'],
          globalSetup: ['packages/testkit/src/postgres-global-setup.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'compat',
          include: ['compat/*/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...without],
          globalSetup: ['packages/testkit/src/postgres-global-setup.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
