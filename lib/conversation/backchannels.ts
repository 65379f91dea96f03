/**
 * What listeners say to show that they listen, by language: no interruption, unless the bot just asked something.
 *
 * @example
 * bargeIn: { never: [...backchannels.en, 'roger'] }
 */
export const backchannels = {
  en: [
    ...['uh huh', 'uhhuh', 'mm hmm', 'mhm', 'mm', 'mmm', 'hm', 'hmm', 'huh', 'ah', 'aha', 'oh', 'um', 'uh'],
    ...['yeah', 'yep', 'yup', 'yes', 'ok', 'okay', 'right', 'sure', 'alright', 'all right', 'cool', 'great'],
    ...['i see', 'got it', 'go on', 'of course', 'exactly', 'nice', 'wow', 'really', 'interesting'],
  ],
  de: [
    ...['mhm', 'hm', 'hmm', 'mm', 'aha', 'ah', 'äh', 'ähm', 'oh', 'ach', 'ach so', 'achso'],
    ...['ja', 'jaja', 'okay', 'ok', 'gut', 'genau', 'klar', 'verstehe', 'ich verstehe', 'stimmt', 'richtig'],
    ...['alles klar', 'na klar', 'super', 'echt', 'interessant', 'jo', 'joa'],
  ],
  fr: [
    ...['mmh', 'mm', 'hum', 'hmm', 'euh', 'ah', 'ah bon', 'oh', 'oui', 'ouais', 'ok', 'okay'],
    ...["d'accord", 'je vois', 'bien', 'très bien', 'bien sûr', 'exactement', 'voilà', 'super', 'vraiment'],
  ],
  es: [
    ...['mm', 'mmm', 'hmm', 'ajá', 'aja', 'eh', 'ah', 'oh', 'sí', 'si', 'ok', 'okay', 'vale', 'claro'],
    ...['ya', 'ya veo', 'entiendo', 'exacto', 'bien', 'muy bien', 'bueno', 'de acuerdo', 'genial'],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Words that interrupt however few they are, by language. */
export const interruptions = {
  en: [
    ...['stop', 'wait', 'no', 'hold on', 'hang on', 'excuse me'],
    ...['pause', 'cancel', 'quiet', 'shut up', 'enough'],
  ],
  de: ['stopp', 'stop', 'halt', 'warte', 'warten', 'nein', 'moment', 'entschuldigung', 'genug', 'ruhe'],
  fr: ['stop', 'arrête', 'arrêtez', 'attends', 'attendez', 'non', 'pardon', 'silence', 'assez', 'un instant'],
  es: [
    ...['para', 'pare', 'alto', 'espera', 'espere', 'no', 'perdón'],
    ...['disculpa', 'basta', 'silencio', 'un momento'],
  ],
} as const satisfies { readonly [Language in keyof typeof backchannels]: readonly string[] };

/** A language there are lists for. */
export type BackchannelLanguage = keyof typeof backchannels;
