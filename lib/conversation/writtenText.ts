import { defer, type OperatorFunction } from 'rxjs';
import type { LlmEvent } from '../llm/message.ts';
import { each } from '../rx/each.ts';
import type { Filler } from './filler.ts';

/**
 * The text of an answer, to be spoken. A tool call, its result or a filler ends the line, so that words around it
 * never form one sentence.
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
        case 'voice':
        case 'usage':
          return [];
      }
    };
    return event$.pipe(each(textOf));
  });
