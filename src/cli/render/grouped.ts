import type { Reporter, Stream } from './reporter.js';

/** Folds a reporter's output into a group of GitHub's log, from a run's start to its end. */
export function groupedReporter(reporter: Reporter, stream: Stream): Reporter {
  let isOpen = false;
  return {
    ...reporter,
    onEvent(event) {
      if (event.type === 'started' && !isOpen) {
        isOpen = true;
        stream.write('::group::analytics-collect\n');
      }
      reporter.onEvent(event);
    },
    end() {
      reporter.end();
      if (isOpen) stream.write('::endgroup::\n');
      isOpen = false;
    },
  };
}
