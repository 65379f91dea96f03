import { describe, expect, it } from 'vitest';
import {
  type BotState,
  completeness,
  interruption,
  knownLanguage,
  languageOf,
  languages,
} from '../../lib/operators.ts';
import { countWords } from '../../lib/stt/sameWords.ts';

/** How many words a text has. */
const counts: readonly (readonly [string, string, number])[] = [
  ['en', "Don't stop, it's well-known: 3.5 kg!", 7],
  ['de', 'Ich hätte gern zwei Karten für heute Abend.', 8],
  ['fr', "Je voudrais changer d'avis aujourd’hui.", 5],
  ['es', '¿Puede usted cambiar mi reserva?', 5],
  ['it', "Vorrei cambiare l'albergo.", 3],
  ['pt', 'Não, eu quero outra coisa.', 5],
  ['nl', "Zo'n kamer wil ik niet.", 5],
  ['pl', 'Chciałbym zmienić rezerwację.', 3],
  ['ru', 'Я хочу изменить бронирование.', 4],
  ['tr', "İstanbul'a iki bilet istiyorum.", 4],
  ['el', 'Θέλω να αλλάξω την κράτησή μου.', 6],
  ['ar', 'أُريدُ تغييرَ الحجزِ، لو سمحتَ.', 5],
  ['hi', 'मुझे अपनी बुकिंग बदलनी है।', 5],
  ['zh', '我想更改我的酒店预订。', 5],
  ['ja', 'ホテルの予約を変更したいです', 8],
  ['ko', '예약을 변경하고 싶어요.', 3],
  ['th', 'สวัสดีครับผม', 3],
  ['lo', 'ສະບາຍດີ ຂອບໃຈ', 2],
  ['km', 'សួស្តី អរគុណ', 2],
  ['my', 'မင်္ဂလာပါ', 2],
  ['he', 'לֹא, תַּעֲצֹר רֶגַע', 3],
  ['full-width', 'Ｈｅｌｌｏ　Ｗｏｒｌｄ', 2],
  ['mixed', '我的 iPhone 手机坏了', 5],
  ['nothing', ' … ♪ 👍 ', 0],
];

/** Words of listeners, and more than that; interruptions; false ends of sentences, and real ones. */
interface Row {
  readonly listens: readonly string[];
  readonly speaks: readonly string[];
  readonly stops: readonly string[];
  /** Other words, which begin like stop words. */
  readonly others: readonly string[];
  readonly open: readonly string[];
  readonly complete: readonly string[];
}

const rows: Readonly<Record<keyof typeof languages, Row>> = {
  en: {
    listens: ['Uh-huh, okay.', 'mmmmm', 'Yeahhh!', 'yeah yeah yeah', 'MM-HMM', 'Got it.'],
    speaks: ['Okay, but shorter.', 'yes minister', 'mango', 'I see a problem'],
    stops: [
      'No, the other one',
      'please wait',
      'Nooooo!',
      'Hold on',
      'nope',
      'hold it',
      'never mind',
      'just a second',
      'no no no',
    ],
    others: ['waiter', 'nowhere', 'stopwatch', 'cancellation fee', 'quietly', 'notes'],
    open: ['I would like a pizza and', 'and.', 'well, um', 'the', 'because I’m', 'my name is…'],
    complete: ['turn the light off', 'Vitamin A.', 'Is it', 'Mm-hmm.'],
  },
  de: {
    listens: ['Ja ja ja.', 'jajaja', 'Ach so, verstehe.', 'Genau!', 'hmmm', 'ALLES KLAR'],
    speaks: ['Ja, aber kürzer bitte', 'Jagd', 'Gut, nächste Frage'],
    stops: [
      'Halt!',
      'Nein danke',
      'Warten Sie mal',
      'STOPP',
      'wartet mal',
      'wart mal',
      'halten Sie',
      'stoppt',
      'Sekunde',
      'nö',
      'entschuldigen Sie',
    ],
    others: ['Haltestelle', 'Wartezimmer', 'Momentaufnahme', 'Neinsager', 'Stoppuhr', 'Genugtuung'],
    open: ['Ich hätte gern eine Pizza und', 'Das ist, weil', 'ähm', 'Ich suche einen', 'Mach es für.'],
    complete: ['Ich hätte gern eine Pizza.', 'Mach das Licht aus', 'Wie spät ist es?'],
  },
  fr: {
    listens: ['Oui, oui, oui', 'D’accord.', "d'accord", 'Ah bon !', 'TRÈS BIEN', 'euhhh'],
    speaks: ['Oui mais non', 'Ouest', 'bien entendu la suite'],
    stops: [
      'Attendez un peu',
      'Non !',
      'excusez-moi',
      'ça suffit',
      'attendez-moi',
      'arrête-toi',
      'une petite seconde',
      'excuse-moi',
    ],
    others: ['attente', 'arrêt de bus', 'nonante'],
    open: ['Je voudrais une pizza et', 'parce que', 'euh', "C'est pour mon", 'je vais au.'],
    complete: ['Je voudrais une pizza.', 'Éteins la lumière', 'Quelle heure est-il ?'],
  },
  es: {
    listens: ['Sí, sí, sí.', 'Vale.', 'ajá', 'Ya veo', 'claro que sí', 'mmmm'],
    speaks: ['Sí, pero más corto', 'vale la pena', 'siguiente'],
    stops: [
      '¡Espera!',
      'No, gracias',
      'un momento por favor',
      'Perdón',
      'espérame',
      'Espérate',
      'discúlpame',
      '¡cállese!',
      'párate',
      'deténgase',
      'cancélalo',
      'un momentito',
    ],
    others: ['esperanza', 'parada de autobús', 'altos precios', 'nopal'],
    open: ['Quiero una pizza y', 'porque', 'eh', 'busco una', 'o sea'],
    complete: ['Quiero una pizza.', 'Apaga la luz', '¿Qué hora es?'],
  },
  it: {
    listens: ['Sì sì sì', 'Va bene.', 'Ho capito', 'certo, certo', 'mmmm', "D'accordo"],
    speaks: ['Sì ma più breve', 'certamente vorrei altro', 'Ecco la domanda'],
    stops: [
      'Aspetti!',
      'No grazie',
      'un attimo',
      'Mi scusi',
      'aspettami',
      'scusami',
      'scusatemi',
      'si fermi',
      'annullalo',
      'un attimino',
    ],
    others: ['aspettativa di vita', 'bastante', 'fermata'],
    open: ['Vorrei una pizza e', 'perché', 'ehm', 'Cerco una', 'vado al.'],
    complete: ['Vorrei una pizza.', 'Spegni la luce', 'Che ore sono?'],
  },
  pt: {
    listens: ['Uhum.', 'Sim, sim', 'Tá bom', 'Entendi.', 'É, isso mesmo', 'ahammm'],
    speaks: ['Sim, mas menos', 'isso não', 'simples'],
    stops: [
      'Espera aí',
      'Não!',
      'Um momento',
      'com licença',
      'espera-me',
      'esperem',
      'cale-se',
      'um momentinho',
    ],
    others: ['esperança', 'parada', 'chegada'],
    open: ['Quero uma pizza e', 'porque', 'ou seja', 'procuro uma', 'vou para o.'],
    complete: ['Quero uma pizza.', 'Apaga a luz', 'Que horas são?'],
  },
  nl: {
    listens: ['Ja ja.', 'jaja', 'Precies!', 'Oké', 'begrijp ik', 'mmmm'],
    speaks: ['Ja maar korter', 'jammer', 'goed, volgende vraag'],
    stops: ['Wacht even', 'Nee!', 'momentje', 'Hou op', 'stopt', 'secondje', 'wacht even'],
    others: ['wachtkamer', 'stopcontact', 'stilte'],
    open: ['Ik wil een pizza en', 'omdat', 'ehm', 'ik zoek een', 'het is voor mijn'],
    complete: ['Ik wil een pizza.', 'Doe het licht uit alsjeblieft', 'Hoe laat is het?'],
  },
  pl: {
    listens: ['No tak.', 'Tak, tak, tak', 'mhm', 'Rozumiem', 'dokładnie!', 'aha aha'],
    speaks: ['Tak, ale krócej', 'takie duże', 'dobra, następne pytanie'],
    stops: [
      'Nie!',
      'Proszę poczekać',
      'chwileczkę',
      'STÓJ',
      'poczekajcie',
      'czekajże',
      'stójcie',
      'przestańże',
      'chwilkę',
      'sekundka',
    ],
    others: ['czekolada', 'stopień', 'niebo'],
    open: ['Poproszę pizzę i', 'ponieważ', 'yyy', 'jadę do', 'to znaczy'],
    complete: ['Poproszę pizzę.', 'Zgaś światło', 'Która godzina?'],
  },
  ru: {
    listens: ['Угу.', 'да-да-да', 'Понятно.', 'ммммм', 'ну да', 'КОНЕЧНО'],
    speaks: ['Да, но короче', 'давайте дальше', 'хорошо, следующий вопрос'],
    stops: [
      'Подождите!',
      'Нет',
      'минутку',
      'СТОП',
      'подождите-ка',
      'погоди-ка',
      'постойте',
      'минуточку',
      'не надо',
    ],
    others: ['стоимость', 'нетто', 'отменный', 'довольный'],
    open: ['Я хочу пиццу и', 'потому что', 'эээ', 'это для', 'то есть'],
    complete: ['Я хочу пиццу.', 'Выключи свет', 'Который час?'],
  },
  tr: {
    listens: [
      'Hı hı.',
      'EVET',
      'evet evet',
      'Anladım',
      'ANLADIM',
      'tamam, tamam',
      'hmmmm',
      'tabii ki',
      'güzelmiş',
      'harikaymış',
      'iyiymiş',
      'doğrudur',
      'hı hı hı',
      'pekiyi',
      'tabii canım',
    ],
    speaks: ['Evet ama kısa', 'evin nerede', 'iyi günler dilerim'],
    stops: [
      'Hayır!',
      'HAYIR',
      'Bir dakika',
      'bekleyin lütfen',
      'DUR',
      'durunuz',
      'dursana',
      'dursanıza',
      'DURSANA',
      'beklesene',
      'bekleyiniz',
      'bekler misin',
      'bir dakikanızı alabilir miyim',
      'bir saniyecik',
      'sussana',
      'kessene',
      'durdursana',
      'iptali',
      'iptal etmek istiyorum',
      'iptalini istiyorum',
    ],
    others: [
      'durum nedir',
      'durak nerede',
      'yoksa yarın mı',
      'yoğun mu',
      'kesinlikle değil mi',
      'kesin fiyat ne',
      'yeterli mi',
      'susam var mı',
      'beklenti nedir',
      'hayırlı olsun',
      'evetlemek',
    ],
    open: ['Bir pizza istiyorum ve', 'çünkü', 'şey', 'ÇÜNKÜ', 'İstanbul’a geldiğimde ve', 'okula gittiğinde'],
    complete: ['Pizza istiyorum.', 'Işığı kapat', 'Saat kaç?', 'geldi mi'],
  },
  el: {
    listens: ['Ναι, ναι.', 'ΝΑΙ', 'Εντάξει', 'ΕΝΤΑΞΕΙ', 'μάλιστα', 'αχα', 'μμμμ'],
    speaks: ['Ναι, αλλά πιο σύντομα', 'ναός', 'ωραία, η επόμενη'],
    stops: ['Όχι!', 'ΟΧΙ', 'περίμενε λίγο', 'ένα λεπτό', 'σταθείτε', 'ένα λεπτάκι', 'περιμένετε'],
    others: ['στάση', 'περιμένω', 'λεπτό'],
    open: ['Θέλω μια πίτσα και', 'ΕΠΕΙΔΗ', 'ψάχνω το', 'δηλαδή', 'θα ήθελα'],
    complete: ['Θέλω μια πίτσα.', 'Σβήσε το φως', 'Τι ώρα είναι;'],
  },
  ar: {
    listens: ['نعم، نعم', 'نَعَم', 'أيوه', 'ايوه', 'طيب', 'حسنًا', 'فهمت.', 'ممممم', 'تمـــام'],
    speaks: ['نعم ولكن أقصر', 'نعمة كبيرة', 'طيب السؤال التالي'],
    stops: ['لا، شكرا', 'اِنتظِر', 'لحظة من فضلك', 'لَا', 'انتظرني', 'انتظروا', 'توقفوا', 'لحظات'],
    others: ['لاعب', 'كفاءة', 'بسبب'],
    open: ['أريد بيتزا و', 'لأن', 'يعني', 'ذهبت إلى', 'أنا'],
    complete: ['أريد بيتزا.', 'أطفئ النور', 'كم الساعة؟'],
  },
  hi: {
    listens: ['हाँ हाँ', 'हां जी', 'अच्छा', 'ठीक है।', 'समझ गया', 'जी जी', 'जी हाँ', 'अच्छा अच्छा'],
    speaks: ['हाँ लेकिन छोटा', 'अच्छाई क्या है', 'ठीक है अगला सवाल'],
    stops: ['रुको!', 'नहीं', 'एक मिनट रुकिए', 'बस करो', 'रुकना', 'नही', 'मत करो'],
    others: ['बसंत', 'नहाना', 'रुकावट'],
    open: ['मुझे पिज़्ज़ा चाहिए और', 'क्योंकि', 'मतलब', 'मेरे दोस्त के लिए', 'लेकिन'],
    complete: ['मुझे पिज़्ज़ा चाहिए।', 'बत्ती बंद कर दो', 'कितने बजे हैं?'],
  },
  zh: {
    listens: [
      '嗯嗯嗯',
      '嗯。嗯。',
      '对对对',
      '對對',
      '好的好的',
      '是的',
      '我明白了',
      '知道了。',
      '嗯，好的。',
      'OK',
      'ＯＫ',
      '好呀',
      '对呀',
      '对吧',
      '知道啦',
    ],
    speaks: ['好的，下一个问题', '好吃吗', '对了我想问', '是不是'],
    stops: [
      '停',
      '请停一下',
      '等一下',
      '等等等等',
      '不要',
      '不是这个',
      '別說了',
      '停停停',
      '停 一下',
      '停吧',
      '停了',
      '停下来',
      '停啊',
      '等等吧',
      '等一下啊',
      '不要啊',
      '不是啦',
      '不对呀',
      '够了吧',
      '取消掉',
      '算了吧',
      '不了',
    ],
    others: ['停车场在哪', '等级', '等于几', '别墅', '够大吗'],
    open: ['我想要一个披萨和', '因为', '但是', '如果', '我想', '呃', '我想要的是，'],
    complete: ['我想要一个披萨。', '把灯关了', '现在几点了', '你好吗', '这里很暖和'],
  },
  ja: {
    listens: [
      'はい',
      'はいはい',
      'ハイ',
      'ﾊｲ',
      'はいはいはい。',
      'うんうん',
      'なるほどなるほど',
      'そうですね',
      'へぇー',
      'へーー',
      'うんうんうん',
      'へぇ',
      'へぇ、そうなんだ',
      'そうですよね',
      'わかりましたよ',
      'もちろんです',
      'もちろんですよ',
      'すごいね',
      '本当だね',
      '面白いね',
      '了解しました',
    ],
    speaks: ['はい、でも短く', 'はいしゃに行きたい', 'そうですね次の質問'],
    stops: [
      'ちょっと待って',
      '待ってください',
      'ストップ',
      'ｽﾄｯﾌﾟ',
      'もうやめてください',
      'いいえ',
      '違います',
      '待ってよ',
      '待ってくれ',
      '待てよ',
      'ストップして',
      'ストップです',
      '止めてよ',
      'やめてくれ',
      'やめろ',
      'いやだ',
      'いいえ、違います',
      '違うってば',
      'だめだよ',
      'ダメですよ',
      'もういいってば',
      'すみませんが',
      '静かにしてよ',
      'うるさいな',
      'キャンセルで',
      'キャンセルします',
      '中止にして',
      '一時停止して',
    ],
    others: [
      'ストップウォッチを買いたい',
      'ダメージがあります',
      'はいしゃに行きたい',
      'そうじをしたい',
      'うんどう会',
      'あね',
      'えだ',
      '静かな部屋',
    ],
    open: ['ピザが食べたいんですけど', 'ですが', 'えっと', '今日行くので', 'ピザを', 'それから'],
    complete: ['ピザをください。', '電気を消してください', '今何時ですか', 'やめて'],
  },
  ko: {
    listens: [
      '네',
      '네네',
      '아 진짜',
      '그래그래',
      '네네네',
      '네, 네.',
      '음음',
      '그렇군요',
      '맞아요 맞아요',
      '알겠습니다.',
      '아하',
      '정말이에요',
      '물론이에요',
      '진짜로요',
      '그러네요',
      '당연하지요',
    ],
    speaks: ['네 그런데 짧게', '네모', '좋아요 다음 질문'],
    stops: [
      '잠깐만요',
      '아니요',
      '그만하세요',
      '기다려 주세요',
      '취소해 주세요',
      '그만요',
      '그만이요',
      '그만 좀',
      '그만해줘',
      '그만해 주세요',
      '그만하라고',
      '그만이라고요',
      '멈춰줘',
      '멈추라고',
      '스톱이요',
      '잠깐은',
      '잠깐이요',
      '기다려줘',
      '기다려봐',
      '아니야',
      '아니라니까',
      '아니거든요',
      '됐거든요',
      '미안한데',
      '죄송하지만',
      '조용히 좀',
      '조용히요',
      '취소를',
      '취소할게요',
      '취소해줘',
      '취소하고 싶어요',
      '중지해 주세요',
      '안 돼요',
      '하지마요',
      '하지 마라',
      '실례지만',
    ],
    others: [
      '그만큼 비싸요',
      '그만한 이유',
      '아니면 내일',
      '조용한 식당이 있나요',
      '조용하고 좋은 방',
      '네가',
      '네모',
      '예를 들면',
      '예약',
      '응급실',
      '어제',
      '음식',
      '아침',
      '아가',
      '오이',
      '와이파이',
      '그래프',
      '그래서요',
      '저기압',
      '스톱워치',
      '기다려지는',
      '기다려도 돼요',
      '취소선',
    ],
    open: ['피자를 먹고 싶은데', '그리고', '왜냐하면', '음', '비가 오니까', '피자를'],
    complete: ['피자 주세요.', '불 꺼 주세요', '지금 몇 시예요', '지금 몇 시예요?', '먹고 싶어요'],
  },
  th: {
    listens: [
      'ครับ',
      'ครับครับ',
      'ดีค่ะ',
      'ได้ครับ',
      'เข้าใจค่ะ',
      'ใช่ครับ',
      'ใช่ๆ',
      'ค่ะ',
      'โอเคครับ',
      'อืมมมม',
      'เข้าใจแล้วครับ',
    ],
    speaks: ['ครับแต่ขอสั้นกว่านี้', 'ได้ยินไหม', 'ใช่ไหมว่าแพง'],
    stops: [
      'หยุดก่อน',
      'เดี๋ยวก่อน',
      'ไม่ใช่',
      'รอสักครู่ครับ',
      'ขอโทษค่ะ',
      'หยุดนะ',
      'หยุดเถอะ',
      'เดี๋ยวนะครับ',
      'รอก่อน',
      'พอแล้ว',
    ],
    others: ['พอดี', 'รองเท้า', 'ไม้'],
    open: ['อยากได้พิซซ่าและ', 'เพราะว่า', 'เอ่อ', 'แต่', 'สำหรับ'],
    complete: ['ขอพิซซ่าครับ', 'ปิดไฟหน่อย', 'กี่โมงแล้วคะ', 'เท่าไหร่'],
  },
};

const speaking: BotState = {
  doing: 'speaking',
  sentence: 'Once upon a time.',
  text: 'Once upon a time.',
  protectedMs: 0,
  warmingUp: false,
};

describe('words', () => {
  it.each(counts)('should be counted in %s: %s', (_, text, count) => {
    expect(countWords(text)).toBe(count);
  });
});

describe.each(Object.entries(rows))('%s', (language, row) => {
  const verdict = (text: string, minWords = 1): string =>
    interruption(text, speaking, { language, minWords });

  it.each(row.listens)('should take %s for a back-channel', text => {
    expect(verdict(text)).toBe('backchannel');
  });

  it.each(row.speaks)('should take %s for more than that', text => {
    expect(verdict(text)).toBe('interrupts');
  });

  it.each(row.stops)('should be interrupted by %s, however few words it takes', text => {
    expect(verdict(text, 9)).toBe('interrupts');
  });

  it.each(row.others)('should not be interrupted by %s, which is no stop word', text => {
    expect(verdict(text, 9)).toBe('short');
  });

  it('should count its words for an interruption', () => {
    const text = counts.find(([tag]) => tag === language)![1];
    const count = counts.find(([tag]) => tag === language)![2];
    const options = { language, always: [], never: [] };
    expect(interruption(text, speaking, { ...options, minWords: count })).toBe('interrupts');
    expect(interruption(text, speaking, { ...options, minWords: count + 1 })).toBe('short');
  });

  it.each(row.open)('should find %s unfinished', text => {
    expect(completeness({ text }, language)).toBeLessThan(0.5);
  });

  it.each(row.complete)('should find %s complete', text => {
    expect(completeness({ text }, language)).toBeGreaterThanOrEqual(0.5);
  });

  it('should have its own tag, with regions and scripts', () => {
    expect([languageOf(language).tag, knownLanguage(`${language.toUpperCase()}-Latn-XX`)?.tag]).toEqual([
      language,
      language,
    ]);
  });

  it('should have no phrase that both interrupts and does not, and none without words', () => {
    const { interruptions, backchannels, open, perhapsOpen, complete = [] } = languageOf(language);
    const bot = { ...speaking };
    for (const text of interruptions) expect(interruption(text, bot, { language }), text).toBe('interrupts');
    for (const text of backchannels) expect(interruption(text, bot, { language }), text).toBe('backchannel');
    for (const text of [...open, ...perhapsOpen, ...complete])
      expect(countWords(text), text).toBeGreaterThan(0);
  });
});

describe('a language', () => {
  it.each(['de-AT', 'de_CH', 'DE', 'zh-Hant-TW', 'cmn-Hans', 'yue', 'pt-BR', 'es-419', 'und'])(
    'should be known by %s',
    tag => {
      expect(knownLanguage(tag)).toBeDefined();
    },
  );

  it.each(['xx', 'sv', '', 'english', 'toString', '__proto__', 'multi'])(
    'should be refused by name: %j',
    tag => {
      expect(knownLanguage(tag)).toBeUndefined();
      expect(() => interruption('hm', speaking, { language: tag })).toThrow(
        /language: expected one of ar, de, .*a Language of your own, but got/u,
      );
    },
  );

  it('should be one of the user’s own, too', () => {
    const sv = {
      tag: 'sv',
      backchannels: ['ja', 'jaha'],
      interruptions: ['vänta'],
      open: ['och'],
      perhapsOpen: [],
    };
    expect(interruption('Jaha, ja ja', speaking, { language: sv })).toBe('backchannel');
    expect(interruption('vänta', speaking, { language: sv, minWords: 3 })).toBe('interrupts');
    expect(completeness({ text: 'Jag vill ha en pizza och' }, sv)).toBeLessThan(0.5);
  });

  it('should be one of the user’s own with endings', () => {
    const fi = {
      tag: 'fi',
      backchannels: ['joo', 'niin', 'aivan'],
      backchannelEndings: ['kin', 'han', 'pa'],
      interruptions: ['lopeta', 'odota', 'hetki', 'ei nyt', 'ei'],
      interruptionEndings: ['pa', 'han', 'nen', 'kaan'],
      open: ['ja'],
      perhapsOpen: [],
    };
    const verdict = (text: string) => interruption(text, speaking, { language: fi, minWords: 9 });
    for (const text of ['Lopeta!', 'Lopetapa jo', 'ODOTAPA', 'odotapahan vähän', 'hetkinen', 'ei nytkaan'])
      expect(verdict(text), text).toBe('interrupts');
    for (const text of ['Niinpa niin', 'niinhan joo', 'aivankin'])
      expect(verdict(text), text).toBe('backchannel');
    // Not an ending; an ending after a word that is too short; an ending within a phrase.
    for (const text of ['odotan bussia', 'lopetan huomenna', 'eihan', 'eipa nyt', 'odotapan'])
      expect(verdict(text), text).toBe('short');
  });

  it('should attach its endings to words of the program’s own', () => {
    const verdict = (text: string, always: readonly string[]) =>
      interruption(text, speaking, { language: 'ko', always, minWords: 9 });
    expect(verdict('상담원이요', ['상담원'])).toBe('interrupts');
    expect(verdict('상담원을 바꿔', ['상담원'])).toBe('interrupts');
    expect(verdict('상담원 연결해줘요', ['상담원 연결'])).toBe('interrupts');
    expect(verdict('상담원들', ['상담원'])).toBe('short');
    expect(verdict('끝이요', ['끝'])).toBe('short');
  });

  it('should be decided by punctuation alone where it is unknown', () => {
    expect(completeness({ text: 'Jag vill ha en pizza och' }, 'und')).toBeGreaterThan(0.5);
    expect(completeness({ text: 'Jag vill ha en pizza,' }, 'und')).toBeLessThan(0.5);
  });
});
