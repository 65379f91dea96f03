import { defer, type OperatorFunction } from 'rxjs';
import type { LlmEvent } from '../llm/message.ts';
import { each } from '../rx/each.ts';
import type { Filler } from './filler.ts';

/**
 * The text of an answer, to be spoken. Words before and after a tool's call or result are not one sentence, and neither
 * is a filler with what follows, so a line ends there.
 */
export const writtenText = (): OperatorFunction<LlmEvent | Filler, string> => event$ =>
  defer(() => {
    let isOpen = false;
    const textOf = (event: LlmEvent | Filler): string[] => {
      switch (event.type) {
        case 'token':
          isOpen ||= event.text !== '';
          return [event.text];
        case 'filler':
          isOpen = false;
          return [`${event.text}\n`];
        case 'toolCall':
        case 'toolResult': {
          const text = isOpen ? ['\n'] : [];
          isOpen = false;
          return text;
        }
        case 'usage':
          return [];
      }
    };
    return event$.pipe(each(textOf));
  });
