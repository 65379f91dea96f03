/** Words in capitals of two or three letters that are said as words, stressed ones and acronyms alike. */
const words = new Set(
  (
    'ALL AM AN AND ANY ARE AS AT BE BIG BIN BUT BY CAN DAY DID DO END FOR GET GO GOT HAS HE HER HIM HIS HOW IF IN IS ' +
    'ITS LAN LET MAY ME MY NEW NO NOR NOT NOW OF OFF OK OLD ON ONE OR OUR OUT OWN PIN RAM ROM SAY SEE SHE SIM SO THE ' +
    'TO TOO TWO UP USE WAN WAS WAY WE WHO WHY YES YET YOU ZIP'
  ).split(' '),
);

/** Acronyms of four letters and more that are spelled although they have a vowel. */
const spelledOut = new Set(['IEEE', 'USSR', 'UEFI', 'ISBN', 'OIDC', 'UUID', 'USDA']);

/** Names of the trade that neither the letters nor the word would say right. */
const names: readonly (readonly [written: RegExp, said: string])[] = [
  [/\brxvoice\b/gi, 'R X voice'],
  [/\bRxJS\b/gi, 'R X J S'],
  [/\bJSON\b/gi, 'Jason'],
  [/\bJPE?G\b/gi, 'jay peg'],
  [/\bGUI(?=s?\b)/g, 'gooey'],
  [/\bASCII\b/g, 'ask-ee'],
  [/\bWi-?Fi\b/gi, 'why fye'],
  [/\bAT&T\b/g, 'A T and T'],
  [/\bC\+\+/g, 'C plus plus'],
  [/\b([CF])#/g, '$1 sharp'],
];

const spelled = (acronym: string): string => acronym.split('').join(' ');

/** Short ones are spelled, and long ones without a vowel; the others are words: NASA, REST, STOP. */
function capitals(word: string): string {
  if (words.has(word)) return word === 'OK' ? word : word.toLowerCase();
  return word.length <= 3 || spelledOut.has(word) || !/[AEIOUY]/.test(word)
    ? spelled(word)
    : word.toLowerCase();
}

/** A text all in capitals with an everyday word in it is shouting, not acronyms. */
const isShouted = (text: string): boolean =>
  !/[a-z]/.test(text) && (text.match(/[A-Z]{2,}/g) ?? []).some(word => words.has(word));

/**
 * Spells acronyms, the way people say them: "API" as "A P I", "LLMs" as "L L M's", but "NASA" as a word. Names in mixed
 * case come apart where the case changes: "WebRTC" as "Web R T C".
 */
export const spokenAcronyms = (text: string): string =>
  isShouted(text)
    ? text.toLowerCase()
    : names
        .reduce((said, [written, name]) => said.replace(written, name), text)
        .replace(/([a-z])(?=[A-Z])/g, '$1 ')
        .replace(/\b([A-Z]{2,})s\b/g, (_, word: string) => `${capitals(word)}'s`)
        .replace(/\b[A-Z]{2,}(?![a-z])/g, capitals);
