// How the time of a function grows with the length of its input: measured as CPU time, so that a busy machine only
// makes the measurement longer, not other. The bench and the spec share it.

/**
 * @typedef {(text: string) => unknown} GrowthFunction Takes a text of any length and works on it at once.
 * @typedef {{ readonly name: string, readonly text: (length: number) => string }} Input A text of any length.
 * @typedef {{ readonly exponent: number, readonly ms: number, readonly input: string }} Growth
 *   `exponent`: 1 is linear, 2 quadratic, Infinity was given up. `ms`: CPU time at the longest length measured.
 */

/** Short texts that mean something to some function, repeated. A text that was slow once stays in this list. */
const nasty = [
  ...[
    'a',
    'A',
    '1',
    ' ',
    '\n',
    '\t',
    '-',
    '*',
    '_',
    '`',
    '~',
    '#',
    '>',
    '|',
    '<',
    '&',
    '[',
    '(',
    '.',
    ',',
    '"',
    "'",
    '…',
    '/',
  ],
  ...[
    'a ',
    'a b ',
    'mm ',
    'I ',
    'the ',
    'a. ',
    '1. ',
    '1 ',
    '1.',
    '- ',
    '* ',
    '# ',
    '> ',
    '| a ',
    'a, ',
    '. ',
    '? ',
    'a\n',
    'a-',
    "a'",
  ],
  ...[
    '*a ',
    '**a',
    '_a',
    '`a',
    '[a](',
    '[]',
    '](',
    '<a ',
    '<b>',
    '</',
    '<!--',
    '<think>',
    '<|',
    '```\n',
    '$1',
    '\\(',
    '{"',
  ],
  ...[
    'http://',
    'www.a',
    'a@',
    'a.b',
    '1,',
    '1-',
    '(1) ',
    '\u00a0',
    '\r',
    '"a ',
    '«',
    'Dr. ',
    'e.g. ',
    'U.S. ',
    'two plus ',
    'AT&T ',
  ],
  ...[
    '我想',
    '停',
    'สวัสดี',
    'あ',
    'ア',
    '가',
    'नी',
    'ß',
    'ς',
    '\u0301',
    '\u200d',
    '👍',
    '👩‍👩‍👧',
    '🇩🇪',
    '1️⃣',
    '\ud800',
    '\u001b[',
    '\u001b]',
    '\u009b',
  ],
];

/** Those that the short form tries. */
const nastiest = [
  'a',
  ' ',
  '-',
  '*',
  '.',
  'a ',
  'a. ',
  '1 ',
  '*a ',
  '[a](',
  '<a ',
  '"a ',
  'a@',
  '我想',
  '\u0301',
  '👍',
  '\u001b]',
];

/** @type {(pattern: string, length: number) => string} */
const repeated = (pattern, length) => pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);

/** @type {(pattern: string) => Input} */
const repeating = pattern => ({
  name: `${JSON.stringify(pattern)} repeated`,
  text: length => repeated(pattern, length),
});

/** A generator of numbers that look random and are the same every time. @type {(seed: number) => () => number} */
const random = seed => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

/** @type {(next: () => number) => string} */
const pick = next => nasty[Math.floor(next() * nasty.length)] ?? '';

/**
 * The inputs of the bench: the list, and as many mixtures of it, in turn a longer pattern repeated, one that begins
 * and ends in another way, and a text without any pattern.
 *
 * @type {(mixtures: number, seed: number) => Input[]}
 */
export function inputs(mixtures, seed) {
  const next = random(seed);
  const mixed = Array.from({ length: mixtures }, (_, index) => {
    const pattern = pick(next) + pick(next) + pick(next);
    const start = pick(next) + pick(next);
    if (index % 3 === 0) return repeating(pattern);
    if (index % 3 === 1)
      return {
        name: `${JSON.stringify(start)}, ${JSON.stringify(pattern)} repeated, "x"`,
        text: (/** @type {number} */ length) => `${start}${repeated(pattern, length)}x`,
      };
    const mixSeed = Math.floor(next() * 2 ** 32);
    return {
      name: `mixture ${mixSeed}`,
      text: (/** @type {number} */ length) => {
        const following = random(mixSeed);
        let text = '';
        while (text.length < length) text += pick(following);
        return text.slice(0, length);
      },
    };
  });
  return [...nasty.map(repeating), ...mixed];
}

/** The inputs of the spec. @type {() => Input[]} */
export const fewInputs = () => nastiest.map(repeating);

/** CPU time of this process, ms. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * The CPU time of one call, ms: the mean of enough calls in a row to take `leastMs`, the best of `runs`.
 *
 * @type {(call: () => unknown, leastMs: number, runs: number) => number}
 */
export function cpuOf(call, leastMs, runs) {
  let best = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const began = cpuMs();
    let calls = 0;
    let ms = 0;
    do {
      call();
      calls += 1;
      ms = cpuMs() - began;
    } while (ms < leastMs);
    best = Math.min(best, ms / calls);
  }
  return best;
}

/** The slope of the best line through these points, by least squares, on logarithmic scales. @type {(points: readonly (readonly [number, number])[]) => number} */
export function exponentOf(points) {
  const logs = points.map(
    ([length, ms]) => /** @type {const} */ ([Math.log(length), Math.log(Math.max(ms, 0.001))]),
  );
  const mean = (/** @type {0 | 1} */ of) => logs.reduce((sum, log) => sum + log[of], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, log) => sum + (log[0] - x) * (log[1] - y), 0);
  return over / logs.reduce((sum, log) => sum + (log[0] - x) ** 2, 0);
}

/**
 * How a function grows over these lengths, the shortest first. It is given up, and its exponent is Infinity, where one
 * call takes more than `mostMs`, or would at the next length.
 *
 * @param {GrowthFunction} call
 * @param {Input} input
 * @param {readonly number[]} lengths
 * @param {{ readonly leastMs: number, readonly runs: number, readonly mostMs?: number }} how
 * @returns {Growth}
 */
export function growthOf(call, { name: input, text }, lengths, { leastMs, runs, mostMs = 2_000 }) {
  /** @type {(readonly [number, number])[]} */
  const points = [];
  for (const length of lengths) {
    const made = text(length);
    const last = points.at(-1);
    // A function that one call shows to be slow is not measured again.
    const once = cpuOf(() => call(made), 0, 1);
    const ms =
      once > mostMs
        ? once
        : Math.min(
            once,
            cpuOf(() => call(made), leastMs, once > 100 ? Math.min(1, runs) : runs),
          );
    points.push([length, ms]);
    const next = lengths[points.length] ?? length;
    const slope = last === undefined ? 1 : Math.log(ms / last[1]) / Math.log(length / last[0]);
    const expected = ms * (next / length) ** Math.max(1, slope);
    if (ms > mostMs || (ms > 50 && expected > 5 * mostMs)) return { exponent: Infinity, ms, input };
  }
  return { exponent: exponentOf(points), ms: points.at(-1)?.[1] ?? 0, input };
}
