/** A JSON text as a value; for another text nothing, which fits no schema of a message. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
