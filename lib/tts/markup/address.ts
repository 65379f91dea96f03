import { before, type Rule, say } from './rule.ts';

/** Scripts that are written without a space after an address: it ends before them. */
const glued = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
/** Neither punctuation nor signs outside of ASCII, and no letters of those scripts; a comma only within. */
const inAddress = new RegExp(
  `^(?:(?![^\\x00-\\x7f])[^\\s<>|"*\`']|(?![${glued}])[\\p{L}\\p{M}\\p{N}]|'(?=[\\w/]{3}))+`,
  'u',
);

/** Where an address ends: before a mark that ends a clause, and before a comma that a word follows. */
function addressLength(text: string): number {
  const [run = ''] = inAddress.exec(text) ?? [];
  const clause = /[,;!](?=\p{L})/u.exec(run)?.index;
  let address = run.slice(0, clause).replace(/[.,;:!?'_\]}]+$/u, '');
  // A bracket belongs to the address if it was opened there.
  while (/[)\].,;:!?'_}]$/u.test(address)) {
    if (address.endsWith(')') && address.split('(').length >= address.split(')').length) break;
    address = address.slice(0, -1);
  }
  return address.length;
}

/**
 * The host of a URL, or a whole e-mail address, as a person would say it. The part before an `@` in a URL may be a
 * password.
 */
export const hostOf = (address: string): string =>
  /^(?:(?:https?|ftps?):\/\/(?:[^/?#@\s]*@)?|mailto:)?(?:www\.)?([^/?#:]+)/iu.exec(address)?.[1] ?? address;

const host = new RegExp(
  `^(?:(?:https?|ftps?):\\/\\/(?:[^/?#@\\s<>]{1,100}@)?(?:www\\.)?|www\\.|mailto:)(?:[\\w-][\\w.-]*|[\\p{L}\\p{M}\\p{N}][\\p{L}\\p{M}\\p{N}.-]*)`,
  'iu',
);

const starts = ['https://', 'http://', 'ftp://', 'ftps://', 'www.', 'mailto:'];
const addressStart = /^(?:(?:https?|ftps?):\/\/|www\.|mailto:)/iu;
const mayBeAddressStart = (text: string): boolean =>
  starts.some(start => start.startsWith(text.toLowerCase()));

/** An address in the text: its host is said. */
export const bareAddress: Rule = (text, place, final) => {
  if (place.inAddress) return restOfAddress(text, place, final);
  if (
    !/^[hwfm]/iu.test(text) ||
    (/[\p{L}\p{N}]/u.test(before(place)) && !new RegExp(`[${glued}]`, 'u').test(before(place)))
  )
    return undefined;
  if (text.length < 8 && mayBeAddressStart(text)) return final ? undefined : 'wait';
  if (!addressStart.test(text)) return undefined;
  const [run = ''] = inAddress.exec(text) ?? [];
  if (run.length === text.length && !final) return 'wait';
  const [start = ''] = host.exec(text) ?? [];
  const length = Math.max(addressLength(text), start.replace(/[.-]+$/u, '').length);
  const address = text.slice(0, length);
  if (!/(?:\/\/|\.|^mailto:[^@]+@)./iu.test(address)) return undefined;
  place.inAddress = run.length === text.length && length === run.length;
  return say(length, hostOf(address));
};

/** Skips the rest of an address that is longer than a rule sees. */
const restOfAddress: Rule = (text, place, final) => {
  const [run = ''] = inAddress.exec(text) ?? [];
  if (run.length === text.length && !final) return 'wait';
  const length = addressLength(text);
  place.inAddress = length > 0 && run.length === text.length && length === run.length;
  return length === 0 ? undefined : say(length, '');
};
