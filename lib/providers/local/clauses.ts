const shortest = 60;
const longest = 200;

/** Where to cut, best first: after a sentence (three letters before the stop: not "Dr."), after a clause, at a word. */
const breaks = [/(?<=[a-z\d]{3}\.|[!?;:])\s/, /(?<=,)\s/, /\s(?=\S*$)/];

function cut(text: string): number {
  const window = text.slice(0, longest);
  const place = breaks.map(pattern => window.slice(shortest).search(pattern)).find(at => at !== -1);
  return place === undefined ? longest : shortest + place;
}

/**
 * Cuts text of more than 200 characters where a speaker would pause, into clauses of 60 to 200: an engine that gives
 * its audio all at once then gives the first of it early. Shorter text is one clause; no text, none.
 */
export function clauses(text: string): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > longest) {
    const at = cut(rest);
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  return [...parts, rest].filter(clause => clause !== '');
}
