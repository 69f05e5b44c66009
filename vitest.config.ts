import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const END_TO_END = ['test/e2e/**/*.test.ts', 'test/legacy/**/*.test.ts'];
/** Faults, kills, schedulers and crowds: too slow to run with every change. */
const PROOF = ['test/proof/**/*.test.ts'];
const TEMPLATE = 'test/support/global-setup.ts';
/** They run the built command. */
const COMMAND = {
  globalSetup: ['test/support/build.ts', TEMPLATE],
  setupFiles: ['test/e2e/support/setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

/** The simulation takes as long as it is given, so it begins first, beside the others. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith('simulation.test.ts');
    return (await super.sort(files)).sort((one, other) => Number(isLong(other)) - Number(isLong(one)));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Many tests wait for a child process or a clock.
    maxWorkers: availableParallelism() + 1,
    // Compiled twice, the WebAssembly of an engine costs more than its short life repays.
    execArgv: ['--liftoff-only'],
    // The files of a worker share their imports, and one engine.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...END_TO_END, ...PROOF],
          globalSetup: [TEMPLATE],
        },
      },
      { extends: true, test: { name: 'e2e', include: END_TO_END, ...COMMAND } },
      { extends: true, test: { name: 'proof', include: PROOF, ...COMMAND } },
    ],
  },
});
