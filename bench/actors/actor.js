/** Options of an actor, from the bench that started it. */
export const options = JSON.parse(process.argv[2] ?? '{}');

/** Says that an actor is ready, and answers questions until the bench goes. */
export function act(ready, answers = {}) {
  process.on('message', async ({ question, given }) => {
    try {
      process.send({ result: await answers[question](given) });
    } catch (error) {
      process.send({ error: error.message });
    }
  });
  process.once('disconnect', () => process.exit());
  process.send({ result: ready });
}

/** Milliseconds since the epoch, to compare with other processes. */
export function instant() {
  return performance.timeOrigin + performance.now();
}
