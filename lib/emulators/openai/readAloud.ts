/** Instructions that ask to read a text rather than to answer it. */
const reading =
  /\b(?:read|recite|narrate|repeat|speak|say)\b[\s\S]*\b(?:word for word|verbatim|exactly|as it is written)\b/iu;

/**
 * The text that a response has to read: the last JSON string of its instructions, else the last text of its input.
 * Nothing where its instructions do not ask to read.
 */
export function readAloud(instructions: string, input: string): string | undefined {
  if (!reading.test(instructions)) return undefined;
  const literal = [...instructions.matchAll(/"(?:[^"\\]|\\.)*"/gu)].at(-1)?.[0];
  if (literal === undefined) return input === '' ? undefined : input;
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal.slice(1, -1);
  }
}
