import { concat, concatMap, from, map, NEVER, of, timer, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { sentences, type SentencesOptions } from '../../lib/llm/sentences.ts';
import { virtualTime } from '../../lib/testing/index.ts';

/** Each line is a text; `|` is where it has to be cut, and nowhere else. */
const table: Record<string, readonly string[]> = {
  en: [
    'He is 6 ft. tall. |She is not.',
    'It is free at 10:30 a.m. |Shall I book it?',
    'We open at 9 a.m. on Monday. |Or 10 p.m. |Which one?',
    'The train leaves at 8 a.m. Pacific Time. |Hurry.',
    'Ask Messrs. Smith and Jones. |Then call.',
    'It weighs 5 lbs. and 3 oz. in all. |Fine.',
    'My name is Max. |Nice to meet you.',
    'That is all. |Never mind. |It is red. |I am ill.',
    'The OS. |It runs.',
    'Ok. |Let me see. |Hi. |OK. |Go.',
    'She lives in Washington D.C. |Her son does not.',
  ],
  de: [
    'Das kostet 5 Mio. Euro im Jahr, sagt er. |Gut.',
    'Es sind 3 Mrd. Menschen. |Das sind viele.',
    'Ich wohne in der Hauptstr. Nr. 5. |Und Sie?',
    'Siehe Abb. 3 und Kap. 4 bzw. Abs. 2. |Danke.',
    'Ca. 20 Min. zu Fuß, max. 30. |Reicht das?',
    'Rufen Sie z. B. Frau Dr. med. Weber an. |Sie hilft.',
    'Das Treffen mit Prof. Dr. Lang ist am 12. Dezember. |Passt das?',
    'Er sagte: „Komm.“ |Sie ging.',
  ],
  fr: [
    'J’ai vu Mme Durand et M. Petit, p. ex. hier. |Ils vont bien.',
    'Il habite av. Foch, env. 3 km. |C’est loin.',
    'Apportez du pain, du lait, etc. |L’hôtel ferme tôt.',
    'Réunion avec le Dr. Martin le 3 janv. 2024. |D’accord ?',
    'C’est fini ! |Vraiment ? |Oui…',
  ],
  es: [
    'La Sra. López y el Dr. Ruiz viven en Avda. América, núm. 5. |¿Los conoce?',
    'Pregunte por la Lic. Gómez, pág. 12 aprox. o así. |Gracias.',
    'Así es. |Luego vamos. |¡Claro! |¿Qué más?',
    'El tel. 555 es de la cía. Telefónica. |Es correcto.',
    'Son 3 págs. en total. |El resto no importa.',
  ],
  it: [
    'Ecco il dott. Rossi che arriva. |Buongiorno.',
    'La sig.ra Bianchi e il prof. Verdi abitano in p.zza Dante. |Va bene?',
    'Frutta, verdura, ecc. sono fresche. |L’ing. Neri arriva.',
    'La Fiat S.p.A. di Torino, cfr. pag. 3. |Grazie.',
    'È chiuso. |Perché? |Non so.',
  ],
  pt: [
    'O Sr. Silva e a Dra. Costa moram na Av. Paulista, aprox. 3 km. |Certo?',
    'Veja a pág. 5, p. ex. hoje. |Obrigado.',
    'Fale com o prof. Lima e a Profa. Reis. |Eles sabem.',
    'Pão, leite, etc. |Mais alguma coisa?',
  ],
  nl: [
    'Dhr. Jansen en mevr. De Vries komen, d.w.z. morgen. |Goed?',
    'Neem bijv. Amsterdam of o.a. Utrecht. |Dat kan.',
    'Het kost 5 mln. Euro incl. btw. |Dat is veel.',
    'Brood, kaas enz. zijn er. |Is dat alles?',
    'Kom op. |Ga zitten.',
  ],
  pl: [
    'Mieszkam przy ul. Długiej w Warszawie. |A pan?',
    'To jest np. Kraków, tzn. duże miasto. |Dobrze?',
    'Zapraszamy na pl. Wolności o godz. 10. |Proszę przyjść.',
    'Pan dr Nowak i mgr inż. Kowalska przyjdą, m.in. dzisiaj. |Tak.',
    'Zajmie to ok. 5 minut. |Proszę czekać.',
    'Chleb, mleko itd. są świeże. |Czy coś jeszcze?',
  ],
  ru: [
    'Он живёт на ул. Ленина, д. 5, кв. 3. |Это рядом.',
    'Это стоит 5 тыс. рублей, т. е. дорого. |Да?',
    'Молоко, хлеб и т. д. есть. |Что ещё?',
    'Позвоните проф. Иванову и акад. Петрову. |Они ждут.',
    'Цена 100 руб. |Спасибо. |Скажите им. |Хорошо.',
  ],
  tr: [
    'Sn. Yılmaz ve Doç. Dr. Kaya geliyor. |Tamam mı?',
    'Meyve, örn. elma alın. |Teşekkürler.',
    'Adres Atatürk Cad. No. 5, Bahçe Mah. Kadıköy. |Bu kadar.',
    'Elma, armut vb. var. |Ne istersiniz?',
    'Merhaba! |Nasılsınız? |İyiyim.',
  ],
  el: [
    'Τι κάνεις; |Είμαι καλά.',
    'Ο κ. Παπαδόπουλος, δηλ. ο γιατρός, ήρθε. |Εντάξει;',
    'Πάρτε φρούτα, π.χ. μήλα κ.λπ. για όλους. |Ευχαριστώ!',
    'Είπε: «Έλα;» |Μετά έφυγε.',
    'Στις 10 π.μ. |Θα έρθετε;',
  ],
  ar: ['مرحبا، كيف حالك؟ |أنا بخير. |وأنت؟', 'هل تريد شيئًا؟ |نعم! |حسنًا.', 'السعر ٥٫٥ دولار. |هل تريده؟'],
  hi: ['नमस्ते। |आप कैसे हैं? |मैं ठीक हूँ।', 'डॉ. शर्मा और श्री. वर्मा आए। |बैठिए।', 'ठीक है।|आप आइए।'],
  zh: [
    '你好。|我很好！|真的吗？|是的。',
    '他说：“好的。”|然后走了。',
    '多少钱?|三块。',
    '先（很快。）|再走。',
  ],
  ja: ['はい。|わかりました！|本当ですか？', '「はい。」と言った。|次です。', 'すごい!|そうですね。'],
  ko: ['안녕하세요. |반갑습니다! |뭐 드릴까요?', '네. |알겠습니다.', '가격은 3.5만 원입니다. |좋아요.'],
  th: ['ตกลงค่ะ! |มีอะไรอีกไหมคะ? |ไม่มีค่ะ', 'ราคา 3.5 บาท'],
  'Armenian, Amharic, Khmer and Burmese': [
    'Բարեւ ձեզ։ |Ինչպե՞ս եք։ |Լավ եմ։',
    'ሰላም። |እንዴት ነህ፧ |ደህና።',
    'សួស្តី។ |អរគុណ។',
    'မင်္ဂလာပါ။ |နေကောင်းလား။ |ဟုတ်ကဲ့။',
  ],
  'closing marks': [
    'He said: "Stop." |Then he left.',
    'She asked, “Now?” |I said (yes.) |Go.',
    "He said 'Wait.' |Then he left.",
    '“It is (very) late.” |Go.',
  ],
};

const cut = (pieces: readonly string[], options: SentencesOptions = { firstMinChars: false }): string[] => {
  let chunks: string[] = [];
  from(pieces)
    .pipe(sentences(options), toArray())
    .subscribe(all => (chunks = all));
  return chunks;
};

describe.each(Object.entries(table))('sentences of %s', (_, cases) => {
  it.each(cases)('should cut %j', marked => {
    const text = marked.replaceAll('|', '');
    expect(cut([text]).join('|')).toBe(marked);
    for (const token of [/.{1,3}/gsu, /\s*\S+/gu, /[\p{L}\p{M}\p{N}]+|./gsu])
      expect(cut(text.match(token)!, { firstMinChars: false, firstAtMark: false }).join('|')).toBe(marked);
  });
});

/** A text in the script of a language, whose words the model writes one a token, and when its chunks come. */
const streamed = (text: string, language: string): { at: number; text: string }[] => {
  const tokens = [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)].map(
    ({ segment }) => segment,
  );
  return virtualTime(() =>
    from(tokens).pipe(
      concatMap((token, index) => timer(index === 0 ? 250 : 20).pipe(map(() => token))),
      sentences(),
    ),
  ).values.map(({ at, value }) => ({ at, text: value }));
};

/** Texts without marks, and where the first cut falls. */
const unmarked: Record<string, string> = {
  th: 'สวัสดีค่ะ ยินดีต้อนรับสู่ร้านอาหารของเรา วันนี้มีเมนูพิเศษหลายอย่าง เช่น ต้มยำกุ้ง ผัดไทย และแกงเขียวหวาน คุณสามารถจองโต๊ะได้ตั้งแต่สิบเอ็ดโมงเช้าถึงสี่ทุ่ม',
  lo: 'ສະບາຍດີ ຍິນດີຕ້ອນຮັບສູ່ຮ້ານອາຫານຂອງພວກເຮົາ ມື້ນີ້ມີເມນູພິເສດຫຼາຍຢ່າງ ທ່ານສາມາດຈອງໂຕະໄດ້ຕັ້ງແຕ່ສິບເອັດໂມງເຊົ້າຫາສີ່ໂມງແລງ ຂອບໃຈຫຼາຍໆ',
  km: 'សួស្តី សូមស្វាគមន៍មកកាន់ភោជនីយដ្ឋានរបស់យើង ថ្ងៃនេះយើងមានម្ហូបពិសេសជាច្រើន អ្នកអាចកក់តុពីម៉ោងដប់មួយព្រឹកដល់ម៉ោងដប់យប់',
  my: 'မင်္ဂလာပါ ကျွန်တော်တို့စားသောက်ဆိုင်မှကြိုဆိုပါတယ် ဒီနေ့အထူးဟင်းလျာများစွာရှိပါတယ် မနက်ဆယ့်တစ်နာရီကနေညဆယ်နာရီအထိစားပွဲကြိုတင်မှာယူနိုင်ပါတယ်',
  'th-u-nu-thai':
    'ยินดีต้อนรับสู่ร้านอาหารของเราวันนี้มีเมนูพิเศษหลายอย่างเช่นต้มยำกุ้งผัดไทยและแกงเขียวหวานคุณสามารถจองโต๊ะได้ตั้งแต่สิบเอ็ดโมงเช้าถึงสี่ทุ่มทุกวันยกเว้นวันจันทร์ที่ร้านปิดเพื่อทำความสะอาดและเตรียมอาหาร',
  zh: '欢迎光临我们的餐厅今天我们有许多特别的菜肴例如冬阴功汤和绿咖喱您可以从上午十一点到晚上十点预订餐桌除了星期一我们休息打扫卫生并准备食物谢谢您的光临',
  ja: 'ようこそ私たちのレストランへ今日は特別な料理がたくさんありますたとえばトムヤムクンやグリーンカレーなどですご予約は午前十一時から午後十時まで承っております',
};

describe('sentences of scripts without marks', () => {
  it.each(Object.entries(unmarked))('should be spoken while they are written: %s', (language, text) => {
    const segmenter = (granularity: 'word' | 'grapheme'): Set<number> =>
      new Set([...new Intl.Segmenter(language, { granularity }).segment(text)].map(({ index }) => index));
    const chunks = streamed(text, language);
    const whole = chunks.map(chunk => chunk.text);
    expect(whole.join('')).toBe(text);
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks[0]!.at).toBeLessThan(250 + 20 * 50);
    expect(whole[0]!.length).toBeLessThan(text.length * 0.75);
    let at = 0;
    for (const chunk of whole.slice(0, -1)) {
      at += chunk.length;
      expect(segmenter('word')).toContain(at);
      expect(segmenter('grapheme')).toContain(at);
    }
  });

  it('should be cut the same however the tokens are, and never longer than allowed', () => {
    const options = { firstAtMark: false, maxChars: 60 };
    for (const text of Object.values(unmarked)) {
      const chunks = cut([text], options);
      expect(cut(text.split(''), options)).toEqual(chunks);
      expect(cut(text.match(/.{1,5}/gsu)!, options)).toEqual(chunks);
      expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(60);
    }
  });

  it('should cut no character in two', () => {
    const family = '👩‍👩‍👧';
    for (const chunk of cut([family.repeat(200)], { maxChars: 100 }))
      expect(chunk.replaceAll(family, '')).toBe('');
    for (const chunk of cut(['नी'.repeat(500)], { maxChars: 100 }))
      expect(chunk.replaceAll('नी', '')).toBe('');
  });
});

describe('an eager first sentence', () => {
  it.each([
    'Sure.',
    'Sure!',
    'Sure?',
    'OK.',
    'Hi!',
    'Ja.',
    'Да.',
    '好的。',
    '好的！',
    'はい。',
    '네.',
    '안녕하세요.',
    'ठीक है।',
    'نعم؟',
    'Ναι;',
  ])('should be emitted with its mark: %s', sentence => {
    const { values } = virtualTime(() => concat(of(sentence), NEVER).pipe(sentences()), { until: 1 });
    expect(values.map(({ value }) => value)).toEqual([sentence]);
  });

  it.each([
    [
      ['She said: "', 'Wait right there.', '"', ' before he left.'],
      ['She said: "Wait right there." before he left.'],
    ],
    [
      ['“Sure.', '” Then he left.'],
      ['“Sure.” ', 'Then he left.'],
    ],
    [
      ['(See there.', ') Then go.'],
      ['(See there.) ', 'Then go.'],
    ],
    [
      ['**Done.', '** Next.'],
      ['**Done.** ', 'Next.'],
    ],
    [
      ['「はい。', '」と言った。', '次です。'],
      ['「はい。」と言った。', '次です。'],
    ],
    [
      ['„Gut.', '“ Er ging.'],
      ['„Gut.“ ', 'Er ging.'],
    ],
    [
      ['‘Stop.', '’ He went.'],
      ['‘Stop.’ ', 'He went.'],
    ],
    [
      ['« Bonjour.', ' » Il part.'],
      ['« Bonjour. » ', 'Il part.'],
    ],
  ])('should keep what closes it: %j', (tokens, chunks) => {
    expect(cut(tokens)).toEqual(chunks);
  });
});

it('should cap a chunk of spaces', () => {
  for (const space of [' ', '\n', '\t', '\u2003']) {
    const chunks = cut(['Dr.', space.repeat(5_000), 'Who?']);
    expect(chunks.join('')).toBe(`Dr.${space.repeat(5_000)}Who?`);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(300);
  }
});
