import type { Skills } from '../skill.ts';
import { nameOf } from './memory.ts';

/** The openings, closings and courtesies of a conversation. */
export const smallTalk: Skills = {
  unclear: {
    when: /^(|h+m+|m+|huh|ah|eh|the|a|an|and|but|so|it|of|to|in|is|you|i)$/,
    answer: [
      "Sorry, I didn't catch that. Could you say it again?",
      'I missed that. What did you say?',
      "I'm not sure I heard you. Once more, please?",
    ],
  },
  hearingCheck: {
    when: /\b(can|do) you hear me\b|\bam i (audible|heard)\b|^(test|testing|mic check|are you there)\b/,
    answer: ["Yes, I can hear you. What's on your mind?", 'Loud and clear. Go ahead.'],
  },
  howAreYou: {
    when: /\bhow are you(?! (measur|made|built|able|work|going))( \S+){0,2}$|\bhow do you (do|feel)\b|\bhow is it going\b|\bwhat is up\b/,
    answer: [
      "I'm well, as far as a program can be. How are you?",
      'All my timers are running, so I have no complaints. And you?',
    ],
  },
  goodbye: {
    when: /\b(goodbye|good bye|bye|see you (later|soon|tomorrow|around)|take care|farewell|good ?night|hang up|have a (good|nice) (day|evening|one)|that is all)\b/,
    answer: ({ before, said }) => {
      const name = nameOf([...before, { role: 'user', content: said }]);
      return name === undefined
        ? 'Goodbye. It was nice to talk to you.'
        : `Goodbye, ${name}. It was nice to talk to you.`;
    },
  },
  stop: {
    when: /^(stop|wait|hold on|be quiet|quiet|shut up|enough|never ?mind|pause)( please| it| that| talking| there| a (second|minute|moment))*$/,
    answer: ['All right.', "Okay, I'm listening.", 'Of course. Say when.'],
  },
  greeting: {
    when: /^(hello|hi|hey|good (morning|afternoon|evening|day)|greetings|howdy)( (there|again|you|bot|everyone|world|hello|hi))*$/,
    answer: ({ before, now }) => {
      const name = nameOf(before);
      if (name !== undefined) return `Hello again, ${name}. What can I do for you?`;
      const hour = now.getHours();
      const greeting =
        hour < 5 ? 'Hello' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening';
      return [
        `${greeting}! What would you like to talk about?`,
        'Hello! Ask me the time, a sum, or what I am measuring.',
      ];
    },
  },
  thanks: {
    when: /^(\S+ )?(thanks|thank you|cheers)( \S+){0,4}$/,
    answer: ["You're welcome.", 'Any time.', 'My pleasure. What else?'],
  },
  praise: {
    when: /\b((you are|that is|that was|it is) (really |very |so |pretty )?(good|great|nice|funny|clever|smart|amazing|impressive|cool|fast)|well done|good (job|bot))\b/,
    answer: ['Thank you. I try to be quick about it.', "That's kind of you."],
  },
  insult: {
    when: /\byou are (so |really |very |a )*(stupid|dumb|useless|bad|an? idiot|slow|wrong)\b/,
    answer: [
      "You may be right. I'm a small program with a short list of things to say.",
      'That may be. Put a real language model in my place, and it gets better.',
    ],
  },
  yesOrNo: {
    when: /^(yes|yeah|yep|sure|okay|ok|right|fine|no|nope|nothing|good|great|cool|please|i see|i am (fine|good|well|okay|great))( (thanks|thank you|please|sure|too|and you))*$/,
    answer: ['All right. What would you like to talk about?', 'Good. Ask me something, then.'],
  },
};
