import type { Skills } from '../skill.ts';

/** Answers about the responder, about rxvoice, and about the figures shown with the conversation. */
export const about: Skills = {
  measuring: {
    when: /\bmeasur|\bmetrics?\b|\blatenc|\bhow (long|fast) (do|did|does|will|are) (you|it|that)\b|\b(explain|what are|what do) (the|these|those|all the) (numbers|figures|times|milliseconds)/,
    answer:
      'I measure how long you wait for me, from your last word to my first. That time has five parts. ' +
      'The first is endpointing, the silence I listen to before I believe that you have finished. ' +
      'The second is the language model, from the end of your turn to the first word of an answer. ' +
      'The third is the first sentence, because I start to speak as soon as I have a whole one. ' +
      'The fourth is text to speech, from that sentence to its first bit of sound. ' +
      'The fifth is the output, from that sound to your loudspeaker. ' +
      'The five add up exactly to the total, so you can always see where the time went. ' +
      'Beside them I note how long speech to text took, and when the whole answer was written.',
  },
  interruption: {
    when: /\binterrupt|\bbarge|\btalk over you\b|\bcut you off\b/,
    answer:
      'You can talk over me at any time. I stop at once, and drop whatever I had still to say. ' +
      'I keep only the words you heard, so say go on, and I take up where I stopped.',
  },
  languageModel: {
    when: /\b(are you|is this|you are|using|use) (\S+ )?(an? )?(\S+ )?(language model|l ?l ?m|ai|a i|gpt|chat ?gpt|artificial intelligence|neural)\b|\bwhich (language )?model\b/,
    answer:
      "No, I'm not a language model. I'm a small built-in program with a list of patterns and answers, so that you can " +
      'try a voice conversation without a key or a network.',
  },
  human: {
    when: /\b(are you|am i (talking|speaking) (to|with)|is this|you are) (\S+ )?(an? )?(real |actual )?(human|person|robot|bot|machine|computer|alive|conscious|real|program)\b/,
    answer: "I'm a program, and a small one. There's nobody here but patterns and a voice.",
  },
  rxvoice: {
    when: /\b(rx ?voice|our ?x ?voice|r x voice|are x voice|arcs voice)\b|\bhow (do|does) (you|it|this|that) work\b|\bwhat is this\b/,
    answer:
      'I run on rxvoice, a library that turns a chat bot into a voice bot. It writes down what you say, notices when ' +
      'you have finished, asks a language model, and speaks the answer while it is still being written. ' +
      'Everything can be measured, and everything can be interrupted.',
  },
  capabilities: {
    when: /\bwhat (can|could|do) (you|i) (do|ask|say|know|talk)\b|\bhow can you help\b|^help( me)?$|\bwhat are you (able|good|capable)\b|\bwhat can (i|we)\b/,
    answer: [
      'I can tell the time and the date, do sums, convert units, remember your name, and explain what is being measured. ' +
        "I know a joke or two as well. I'm no language model, so don't expect much more.",
      'Ask me the time, a sum such as seventeen times twenty-three, or ten meters in feet. ' +
        'Or ask what I am measuring, and interrupt me.',
    ],
  },
  identity: {
    when: /\bwho are you\b|\bwhat are you\b|\bwhat is your name\b|\b(introduce|tell me about|about) yourself\b|\bdo you have a name\b|\bwho (made|built|wrote) you\b/,
    answer:
      "I'm the built-in responder of rxvoice. I answer from a short list of patterns, so that you can hear a voice " +
      'conversation without a key or a network.',
  },
  privacy: {
    when: /\b(are you|is this|am i|do you|is it|who is) .*\b(record|recording|recorded|private|offline|online|listening|store|save|saved)\b|\b(privacy|my data)\b/,
    answer:
      'My own answers are made on this machine: I need no network and keep no records. ' +
      'What happens to your voice depends on the speech engines you chose.',
  },
  outsideWorld: {
    when: /^(what|how|who|is|will|tell|did|show|give|check)\b.*\b(weather|news|rain|raining|temperature|stock|football|score|traffic)\b|^(look up|search|google)\b/,
    answer: [
      "I can't look that up: I have no connection to the outside. I can tell the time, though.",
      "I don't know, and I've no way to find out from in here.",
    ],
  },
};
