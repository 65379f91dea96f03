import chalk from 'chalk';
import type { LoopbackEvent } from '../../lib/testing/index.ts';

/** A line for a person about a server's event, without the spoken words; none for most events. */
export function eventLine(event: LoopbackEvent): string | undefined {
  const what = happening(event);
  return what && `${chalk.dim(`${event.endpoint} #${event.connection}`)} ${what}`;
}

function happening(event: LoopbackEvent): string | undefined {
  switch (event.type) {
    case 'opened':
      return 'opened';
    case 'refused':
      return event.authorised
        ? `refused${event.status === undefined ? '' : `: ${event.status}`}`
        : `refused: ${event.status}, no key that could be right`;
    case 'fault':
      return chalk.yellow(`fault: ${event.fault}`);
    case 'received':
      return telling.has(event.message.type ?? '') ? event.message.type : undefined;
    case 'closed':
      return `closed by the ${event.by}${event.code === undefined ? '' : `, ${event.code}`}`;
    default:
      return undefined;
  }
}

/** Messages that are worth a line. */
const telling = new Set([
  'Clear',
  'Interrupt',
  'Finalize',
  'CloseStream',
  'Configure',
  'response.create',
  'response.cancel',
  'conversation.item.truncate',
  'input_audio_buffer.commit',
]);
