import jsonc, { type ParseError } from 'jsonc-parser';
import { UsageError } from './usageError.ts';

/**
 * Reads JSON with comments and trailing commas, written by a person. Errors name the place, but no
 * contents, which may include a key.
 */
export function parseJson(name: string, text: string): unknown {
  const errors: ParseError[] = [];
  const content: unknown = jsonc.parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return content;
  if (text.trim() === '') throw new UsageError(`${name}: the file is empty.`);
  const before = text.slice(0, first.offset).split('\n');
  const code = jsonc.printParseErrorCode(first.error);
  throw new UsageError(
    `${name}, line ${before.length}, column ${before.at(-1)!.length + 1}: this is no JSON (${words[code] ?? 'it is not read any further'}).`,
  );
}

/** The parser's error, in words. */
const words: Readonly<Record<string, string>> = {
  InvalidSymbol: 'it is neither a text in quotation marks nor a number, true, false or null',
  InvalidNumberFormat: 'a number is written in another way',
  PropertyNameExpected: 'the name of a field is expected, in quotation marks',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a } is missing',
  CloseBracketExpected: 'a ] is missing',
  EndOfFileExpected: 'something follows after the end',
  InvalidCommentToken: 'a comment is written in another way',
  UnexpectedEndOfComment: 'a comment has no end',
  UnexpectedEndOfString: 'a text has no end',
  UnexpectedEndOfNumber: 'a number has no end',
  InvalidUnicode: 'a character is written in another way',
  InvalidEscapeCharacter: 'a character is written in another way',
  InvalidCharacter: 'there is a character that may not be there',
};
