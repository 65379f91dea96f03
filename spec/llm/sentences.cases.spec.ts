import { from, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { sentences } from '../../lib/llm/sentences.ts';

/** Each line is a text; `|` is where it has to be cut, and nowhere else. */
const table: Record<string, readonly string[]> = {
  'plain sentences': [
    'Sure. |I can help you with that. |What is your order number?',
    'Yes! |No problem at all! |Really?! |Oh no!! |Stop.',
    'hello there. |how are you today?',
    'It works. | Two spaces do not matter.',
  ],
  'numbers, money, versions and addresses': [
    'Your temperature is 98.6 degrees. |That is normal.',
    'It costs $5.99 per month. |Shall I go on?',
    'That makes $24. |Anything else?',
    'We released v1.0.0 yesterday. |It needs Node 20.19 or later.',
    'The server is at 192.168.0.1. |Try again.',
    'Pi is about 3.14159. |It never ends.',
    'It happened in 1999. |Then came the year 2000.',
    'He is 42. |She is 38.',
    'Mix 1.5 cups of flour with .5 cups of sugar. |Stir.',
    'Mail jane.doe@example.co.uk today. |She will reply.',
    'See https://example.com/a.b?c=d.e&f=1 for more. |It is free.',
    'Go to www.example.com. |Then log in.',
    'Open package.json and src/index.ts first. |Then read README.md.',
    'Node.js and .NET are fine. |So is ASP.NET.',
    'The score was 3.5 to 4. |We lost.',
    'Call 555.123.4567 now. |We are open.',
  ],
  'titles and initials': [
    'Dr. Smith will see you now. |Please come in.',
    'Mr. and Mrs. Jones met Prof. Lee at St. Mary. |They talked.',
    'J. R. R. Tolkien wrote it. |So did J.R.R. Tolkien.',
    'I like books by J. K. Rowling. |Do you?',
    'George W. Bush and Michael J. Fox came. |We waved.',
    'Gen. Lee met Sen. Warren and Rep. Smith. |Nobody spoke.',
    '(Dr. Who is a show.) |Watch it.',
    'Take plan B. |It is cheaper.',
  ],
  abbreviations: [
    'The shop opens at 9 a.m. and closes at 5 p.m. on weekdays. |Come early.',
    'We open at 9 a.m. |The first visit is free.',
    'Your appointment is at 9 a.m. Monday. |See you there.',
    'We land at 6 p.m. Eastern Time. |Bye.',
    'The U.S. is large. |The U.S. Army is too.',
    'She moved to the U.S. |It was cold.',
    'Bring fruit, e.g. apples, i.e. not cake. |Thanks.',
    'We sell tea, coffee, etc. and cakes. |Come in.',
    'We sell tea, coffee, etc. |Come in.',
    'He lives at No. 5, or maybe No. 7. |Ask him.',
    'Is that right? |No. |It is not.',
    'It takes approx. 20 min. by bus. |Or 5 min. |Ask the driver.',
    'Apple Inc. CEO Tim Cook spoke. |He works at Apple Inc. |They make phones.',
    'Due on Jan. 5 or Feb. 12. |Do not be late.',
    'Smith vs. Jones was close. |Smith won.',
    'She has a Ph.D. in physics. |He has a Ph.D. |They met there.',
    'See Fig. 3 and pp. 12 to 15. |Then go on.',
    'Martin Luther King Jr. Boulevard is closed. |Turn left.',
  ],
  ellipses: ['Well... maybe not. |Let me think... |Yes.', 'Hmm… let me see. |Right… |Next one.'],
  'quotes and brackets': [
    'He said "Hello." |Then he left.',
    'He said “Hello.” |Then he left.',
    '(It was late.) |We went home.',
    '"Really?" she asked. |"Yes!" he said.',
    'He wrote (see e.g. p. 5) a lot. |Enough.',
    '**Done.** |Next.',
  ],
  'lines, paragraphs and lists': [
    'Title\n|First paragraph.\n|\nSecond paragraph.',
    'Steps:\n|1. Open the door.\n|2. Go in.\n|10. Sit down.',
    'There are two: 1. Go left. |2. Go right.',
    'a. First\n|b. Second',
    '- apples\n|- pears\n|\n- plums',
    '\n\nHello.\r\n| Bye.',
  ],
  German: [
    'Guten Tag, Herr Dr. Müller. |Wie geht es Ihnen?',
    'Das ist z.B. so, d.h. gut. |Ja.',
    'Das ist z. B. so, d. h. gut. |Ja.',
    'Er wohnt in Nr. 5. |Das ist am 3. Mai passiert. |Dann kam der 2. Weltkrieg im 20. Jahrhundert.',
    'Wir treffen uns am 3. und 4. Juni bzw. später. |Gut.',
    'Brot, Käse usw. sind da. |Wir haben Brot, Käse usw. |Dann essen wir.',
    'Er sagte: „Hallo.“ |Dann ging er.',
    'Es kostet 3,50 Euro inkl. MwSt. |Danke.',
  ],
  French: [
    'Bonjour ! |Comment ça va ? |Très bien.',
    'Il a dit : « Bonjour. » |Puis il est parti.',
    'Il a dit : « Bonjour. |Ça va ? » |Puis il est parti.',
    'M. Dupont et Mme. Durand sont là. |Entrez.',
    'Prenez des fruits, p. ex. des pommes. |Merci.',
  ],
  Spanish: [
    '¡Hola! |¿Qué tal? |Bien.',
    'El Sr. García y la Sra. López viven en EE. UU. desde 1990. |Son felices.',
    'Come fruta, p. ej. manzanas. |Gracias.',
  ],
  Japanese: [
    'こんにちは。|元気ですか？|はい！|行きましょう。',
    '彼は「はい。」と言った。|そして帰った。',
    '「そうですか。」|次です。',
    '本当に？！|すごい。',
  ],
  Chinese: [
    '你好。|我很好！|真的吗？|是的。',
    '他说：“你好。”|然后走了。',
    '他说。|“你好。”|然后走了。',
    '你好!|我是助手。',
    '价格是3.5元。|很便宜……不过要等。|好。',
  ],
  'Hindi, Urdu and Arabic': [
    'नमस्ते। |आप कैसे हैं? |मैं ठीक हूँ।',
    'डॉ. शर्मा यहाँ हैं। |आइए।',
    'آپ کیسے ہیں؟ |میں ٹھیک ہوں۔ |شکریہ۔',
    'مرحبا! |كيف حالك؟ |أنا بخير.',
  ],
  'Russian, Greek and Korean': [
    'Привет! |Как дела? |Он живёт на ул. Ленина, т. е. рядом.',
    'Γεια σου. |Τι κάνεις;',
    '안녕하세요. |반갑습니다! |네.',
  ],
};

const cut = (text: string): string[] => {
  let chunks: string[] = [];
  from([text])
    .pipe(sentences({ firstMinChars: false }), toArray())
    .subscribe(all => (chunks = all));
  return chunks;
};

describe.each(Object.entries(table))('sentences of %s', (_, cases) => {
  it.each(cases)('should cut %j', marked => {
    expect(cut(marked.replaceAll('|', '')).join('|')).toBe(marked);
  });
});
