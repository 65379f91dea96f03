import { printable } from '../../text/printable.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The result of a server's tool as a text for the model: its texts; pictures and other data as a note that they exist;
 * structured content where there is no text. A result marked as an error becomes `{ error }`.
 *
 * @param maxChars of the text; the rest is cut, and the model reads that
 */
export function resultText(result: Fields, maxChars: number): unknown {
  const { content, structuredContent, isError, toolResult } = result;
  const parts = Array.isArray(content) ? content.map(partText).filter(text => text !== '') : [];
  const structured = structuredContent ?? toolResult;
  const text = parts.length > 0 || structured === undefined ? parts.join('\n') : JSON.stringify(structured);
  const cut = shortened(printable(text), maxChars) || 'done';
  return isError === true ? { error: cut } : cut;
}

/** A text of a server for a model or an event: without control characters, and not longer than this. */
export const shortened = (text: string, maxChars: number): string =>
  text.length > maxChars ? `${text.slice(0, maxChars)}… (cut: ${text.length} characters in all)` : text;

function partText(part: unknown): string {
  if (typeof part !== 'object' || part === null) return '';
  const { type, text, mimeType, resource, uri, name } = part as Fields;
  switch (type) {
    case 'text':
      return typeof text === 'string' ? text : '';
    case 'image':
    case 'audio':
      return note(type, mimeType);
    case 'resource_link':
      return note('link', name, uri);
    case 'resource': {
      const { text, uri, mimeType } = Object(resource) as Fields;
      return typeof text === 'string' ? text : note('resource', uri, mimeType);
    }
    default:
      return note('part of another kind', type);
  }
}

/** A part that has no words: `[image: image/png]`. */
const note = (kind: string, ...details: readonly unknown[]): string => {
  const known = details.filter(detail => typeof detail === 'string' && detail !== '') as string[];
  return `[${[kind, ...known.map(detail => detail.slice(0, 200))].join(': ')}]`;
};
