// @ts-nocheck: plain JavaScript, which the bench runs without a build of its own
/** What texts are made of: marks that mean something somewhere, and letters of many scripts. */
const marks = [
  ...' \n\t.,;:!?…*_~`<>[](){}|#&@/\\\'"-+=^%$€0123456789aAzZ«»„“”。，ßпकสあ한',
  '- ',
  '* ',
  '. ',
  '# ',
  '> ',
  '1. ',
  '[a](',
  '[]',
  '](',
  '<a ',
  '<b>',
  '</',
  '<!--',
  '-->',
  '<think>',
  '</think>',
  '<|',
  '|>',
  '```',
  '**',
  '__',
  '~~',
  '&amp;',
  '&#',
  'http://',
  'www.',
  'a@b',
  'a.b',
  '1,',
  '1.',
  '1 ',
  '1-',
  '(1)',
  '$1',
  '\\(',
  '$$',
  '{"',
  '👩‍👩‍👧',
  '🇩🇪',
  '1️⃣',
  'é',
  'नी',
  'the ',
  'and ',
  'Dr. ',
  'U.S. ',
  'e.g. ',
  'one ',
  'two plus ',
  'my name is ',
  'I ',
  'uh ',
  'AT&T ',
  'II ',
];

/** Numbers that look random and are the same every time. */
const random = seed => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

/** Makes a text of a length out of a short pattern: repeated, or after another that is not repeated, or mixed. */
const repeated = (pattern, length) => pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);

/** The inputs: each a name and a function from a length to a text. */
export function inputs(count, seed) {
  const next = random(seed);
  const pick = () => marks[Math.floor(next() * marks.length)];
  const some = most => Array.from({ length: 1 + Math.floor(next() * most) }, pick).join('');
  const plain = marks.map(mark => ({
    name: `${JSON.stringify(mark)} repeated`,
    text: length => repeated(mark, length),
  }));
  const patterns = Array.from({ length: count }, (_, index) => {
    const pattern = some(4);
    const start = some(3);
    if (index % 3 === 0)
      return { name: `${JSON.stringify(pattern)} repeated`, text: length => repeated(pattern, length) };
    if (index % 3 === 1)
      return {
        name: `${JSON.stringify(start)}, then ${JSON.stringify(pattern)} repeated, then "x"`,
        text: length => `${start}${repeated(pattern, length)}x`,
      };
    const mixSeed = Math.floor(next() * 2 ** 32);
    return {
      name: `mix ${mixSeed}`,
      text: length => {
        const following = random(mixSeed);
        let text = '';
        while (text.length < length) text += marks[Math.floor(following() * marks.length)];
        return text;
      },
    };
  });
  return [...plain, ...patterns];
}

/** CPU time of a call, ms: what other processes do does not count. The best of several. */
export function cpuOf(call, times) {
  let best = Infinity;
  for (let time = 0; time < times; time++) {
    const begin = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(begin);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/**
 * How a function's time grows with its input: the exponent between two lengths, measured where it takes long enough to
 * be measured. 1 is linear, 2 quadratic. Calls below `leastMs` at the full length count as 0.
 */
export function exponentOf(call, text, length, leastMs) {
  const long = text(length);
  const once = cpuOf(() => call(long), 1);
  if (once < leastMs) return { exponent: 0, ms: once };
  const step = 8;
  const short = text(Math.floor(length / step));
  const ms = Math.min(
    once,
    cpuOf(() => call(long), 2),
  );
  const shortMs = Math.max(
    cpuOf(() => call(short), 5),
    leastMs / 100,
  );
  return { exponent: Math.log(ms / shortMs) / Math.log(step), ms };
}
