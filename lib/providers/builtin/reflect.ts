const swaps: Record<string, string> = {
  i: 'you',
  me: 'you',
  my: 'your',
  mine: 'yours',
  myself: 'yourself',
  am: 'are',
  your: 'my',
  yours: 'mine',
  yourself: 'myself',
};

/** The words after which "you" is the one it happens to: "talk to you" becomes "talk to me". */
const beforeMe =
  /^(to|for|with|about|of|from|at|on|by|than|like|love|hate|see|know|help|give|ask|tell|show|hear|believe|interrupt|call|bring|take|get|buy|make)$/;

/**
 * Plain words turned round, as said back to the speaker: "i am afraid of you" becomes "you are afraid of me".
 */
export const reflect = (words: string): string =>
  words
    .replace(/\byou (are|were)\b/g, (_, verb: string) => (verb === 'are' ? '_I am' : '_I was'))
    .replace(/\b(are|were) you\b/g, (_, verb: string) => (verb === 'are' ? '_am _I' : '_was _I'))
    .replace(/\bi was\b/g, '_you were')
    .split(' ')
    .map((word, index, all) => {
      if (word === 'you') return index === all.length - 1 || beforeMe.test(all[index - 1] ?? '') ? 'me' : 'I';
      return word.startsWith('_') ? word.slice(1) : (swaps[word] ?? word);
    })
    .map((word, index, all) =>
      word === 'am' && all[index - 1] !== 'I' && all[index + 1] !== 'I' ? 'are' : word,
    )
    .join(' ');
