import type { ConversationEvent } from '../conversation/events.ts';
import {
  type EndLine,
  type EventLine,
  readLine,
  type StrandLine,
  type StrandOf,
  type TapeHeader,
  type TapeLine,
  tapeVersion,
} from './tapeFormat.ts';

/** A tape that was read. */
export interface TapedCall extends Omit<TapeHeader, 'type' | 'version'> {
  /** All that came from outside, in the order in which it was subscribed. */
  readonly strands: readonly StrandLine[];
  readonly events: readonly { readonly at: number; readonly event: ConversationEvent }[];
  /** How the call ended; nothing where the recording broke off. */
  readonly end: EndLine | undefined;
}

/**
 * Reads a tape.
 *
 * @throws TypeError if the text is no tape of a readable version. A last line that was cut off is left out.
 */
export function readTape(text: string): TapedCall {
  const lines = text.split('\n').filter(line => line.trim() !== '');
  const parsed = lines.flatMap((line, index) => {
    try {
      return [readLine(line)];
    } catch {
      if (index > 0 && index === lines.length - 1) return [];
      throw new TypeError(`Line ${index + 1} of the tape is no JSON. Expected a tape as rxvoice records it.`);
    }
  });
  const [header] = parsed;
  if (header?.type !== 'tape')
    throw new TypeError(
      'It does not begin with the header of a tape. Expected a tape as rxvoice records it.',
    );
  if (!readable.includes(header.version))
    throw new TypeError(
      `The tape has version ${String(header.version)}, and versions ${readable.join(' and ')} can be read.`,
    );
  const odd = parsed.findIndex(line => !isWhole(line));
  if (odd >= 0)
    throw new TypeError(`Line ${odd + 1} of the tape is damaged. Expected a tape as rxvoice records it.`);
  const strands = new Map<number, StrandLine>();
  for (const line of parsed)
    if (line.type === 'strand') {
      const before = strands.get(line.id)?.values ?? [];
      strands.set(line.id, { ...line, values: [...before, ...line.values] });
    }
  const { redacted, options } = header;
  return {
    redacted,
    options,
    strands: [...strands.values()].toSorted((a, b) => a.id - b.id),
    events: parsed
      .filter(line => line.type === 'event')
      .map(({ at, event }) => ({ at, event: header.version === 1 ? ofVersion1(event) : event })),
    end: parsed.find(line => line.type === 'end'),
  };
}

/** The versions that can be read. */
const readable: readonly number[] = [1, tapeVersion];

/** The names that version 1 had for events. */
const names: Readonly<Record<string, ConversationEvent['type']>> = {
  'user.silent': 'user.noise',
  'bot.heard': 'user.heard',
  'call.summarised': 'call.compacted',
};

/** An event of a tape of version 1, with the names of today. */
function ofVersion1(event: ConversationEvent): ConversationEvent {
  const { why, ...rest } = event as ConversationEvent & { readonly why?: string };
  const type = names[event.type] ?? event.type;
  return { ...rest, type, ...(why !== undefined && { reason: why }) } as ConversationEvent;
}

/** Whether a line has all its fields. Lines of unknown kinds are left out. */
function isWhole(line: TapeLine): boolean {
  switch ((line as TapeLine | null)?.type) {
    case 'strand': {
      const { id, at, of, values } = line as StrandLine;
      return (
        [id, at].every(Number.isFinite) &&
        typeof of === 'string' &&
        Array.isArray(values) &&
        values.every(value => Array.isArray(value) && Number.isFinite(value[0]) && Number.isFinite(value[1]))
      );
    }
    case 'event': {
      const { at, event } = line as EventLine;
      return Number.isFinite(at) && typeof (event as unknown) === 'object' && (event as unknown) !== null;
    }
    case 'end':
      return Number.isFinite((line as EndLine).at);
    default:
      return typeof (line as unknown) === 'object' && (line as unknown) !== null;
  }
}

/** The strands of something, each to be taken once. */
export const strandsOf = (call: TapedCall, of: StrandOf): StrandLine[] =>
  call.strands.filter(strand => strand.of === of);
