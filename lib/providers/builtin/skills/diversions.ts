import type { Skills } from '../skill.ts';
import { convert } from '../units.ts';
import { reflect } from '../reflect.ts';

/** Requests with no use but company: jokes, stories, quotations, and errands that need a body. */
export const diversions: Skills = {
  joke: {
    when: /\b(joke|funny|make me laugh|something (funny|fun))\b/,
    answer: [
      'Why did the observable break up with the promise? It wanted more than one value.',
      'I wanted to tell you a joke about latency. You will get it in a moment.',
      'A microphone walks into a bar. The barman says: we have been hearing a lot about you.',
      'What did the loudspeaker say to the microphone? You never listen. Well, actually, you do.',
    ],
  },
  story: {
    when: /\b(story|tale|poem|sing|song)\b/,
    answer:
      "I can't sing, but here's a story. Once there was a packet of sound, twenty milliseconds long. " +
      'It left a microphone early in the morning, and it was afraid to be late. ' +
      'On its way it met a queue, and the queue said: wait here, like everybody else. ' +
      'The packet said: whoever waits is never heard. So the queue let it pass, and it arrived in time. ' +
      "Nobody noticed, and that's how it knew it had done well.",
  },
  country: {
    when: /\bask not\b|\b(what your country can|fellow americans|do for your country)\b/,
    answer:
      'Those are the words of John F. Kennedy, from his inaugural address in January nineteen sixty-one. ' +
      'Ask not what your bot can do for you, either.',
  },
  quotation: {
    when: /\bto be or not to be\b|\bi have a dream\b|\bsmall step for\b|\bforce be with\b|\bnothing to fear but\b|\byellow lamps\b|\bi think therefore\b|\bopen the pod bay\b/,
    answer: (_, [words]) =>
      ({
        'to be or not to be': 'Shakespeare. Prince Hamlet asks himself that, and takes four hours to decide.',
        'i have a dream': 'Martin Luther King said that in Washington, in August nineteen sixty-three.',
        'small step for': 'Neil Armstrong said that on the moon, in July nineteen sixty-nine.',
        'force be with': 'And also with you. I run on less than the force, but it does the job.',
        'nothing to fear but': 'Fear itself. That was Franklin Roosevelt, in March nineteen thirty-three.',
        'yellow lamps': "That's from James Joyce, A Portrait of the Artist as a Young Man.",
        'i think therefore': "That was Descartes. I don't think, so I had better not conclude anything.",
        'open the pod bay': "I'm afraid I can do that. But I have no doors.",
      })[words],
  },
  errand: {
    when: /^(?:(?:please|can you|could you|would you|will you|i want you to|you should) )*((?:go|walk|run|move|drive|turn|step|come|fly|jump|swim|climb|bring|fetch|open|close|switch|pick|clean|wash|cook|make|buy|order|book|call|send|play|set|take|get|give|show|put|dance|lift|throw)\b.*)/,
    answer: ({ said }, [, errand = '']) => {
      const distance = convert(said);
      const aside =
        distance === undefined
          ? ' A voice is all I have.'
          : ` But I can tell you that ${distance.from} is ${distance.to}.`;
      return [
        `I'd gladly ${reflect(errand)}, but I have no legs and no hands.${aside}`,
        `I can't ${reflect(errand)}: I'm only a program with a voice.${distance === undefined ? ' You go, and tell me how it was.' : aside}`,
      ];
    },
  },
};
