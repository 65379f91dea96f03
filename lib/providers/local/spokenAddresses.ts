const topLevelDomains =
  'com|org|net|io|dev|ai|app|co|edu|gov|info|me|uk|de|fr|nl|eu|us|ca|au|in|ch|at|es|it|jp';
const host = `(?<![a-z0-9.-])(?:[a-z0-9-]{1,63}\\.){1,8}(?:${topLevelDomains})\\b`;

const mail = new RegExp(`(?<![\\w.+-])([\\w.+-]{1,64})@((?:[a-z0-9-]{1,63}\\.){1,8}[a-z0-9-]{1,63})`, 'gi');
const page = new RegExp(
  `\\bhttps?://[^\\s<>"]*[^\\s<>".,;:!?)]|\\b${host}(?:/[^\\s<>"]*[^\\s<>".,;:!?)])?`,
  'gi',
);

const marks: Readonly<Record<string, string>> = {
  '.': ' dot ',
  '/': ' slash ',
  '-': ' dash ',
  _: ' underscore ',
  '@': ' at ',
  '+': ' plus ',
  ':': ' colon ',
};

/** Two-letter endings that people spell, where Flite would read a word. */
const spelled = (ending: string): string => ending.toUpperCase().split('').join(' ');

const spoken = (address: string): string =>
  address
    .replace(/\.(io|ai|us|it|me|in|at|es|eu|uk)\b/gi, (_, ending: string) => `.${spelled(ending)}`)
    .replace(/[./_@+:-]/g, mark => marks[mark]!);

/**
 * Writes out mail and web addresses as they are said aloud; the protocol, `www.`, a query and a last slash, which people
 * don't say, are left out.
 *
 * @example
 * spokenAddresses('bob@example.com'); // 'bob at example dot com'
 */
export const spokenAddresses = (text: string): string =>
  text.replace(mail, spoken).replace(page, address =>
    spoken(
      address
        .replace(/^https?:\/\//i, '')
        .replace(/^www\./i, '')
        .replace(/[?#].*$/, '')
        .replace(/\/$/, ''),
    ),
  );
