/**
 * The text up to where it begins to go round in circles: small models repeat a phrase over and over when audio is cut
 * or noisy. A phrase of two words or more that stands three times in a row, or a word that stands six times, is kept
 * once.
 *
 * @example
 * withoutLoops('as selfish as can be as selfish as can be as selfish as can be as') // 'as selfish as can be'
 */
export function withoutLoops(text: string): string {
  const words = text.split(' ');
  const bare = words.map(word => word.toLowerCase().replace(/[^\p{L}\p{N}']/gu, ''));
  for (let length = 1; length <= 12; length++) {
    const times = length === 1 ? 6 : 3;
    for (let start = 0; start + length * times <= words.length; start++) {
      let same = 0;
      while (same < length * (times - 1) && bare[start + same] === bare[start + same + length]) same += 1;
      if (same === length * (times - 1)) return words.slice(0, start + length).join(' ');
    }
  }
  return text;
}
