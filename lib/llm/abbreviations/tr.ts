import type { Abbreviations } from './abbreviations.ts';

export const tr: Abbreviations = {
  titles: 'Sn Doç Av Yrd Uzm Op Alb Müh Gn',
  leading: 'örn bkz sn doç av yrd uzm mah cad sok bul krş yy çev',
  trailing: 'vb vd dk sn',
  naming: 'şti tic san',
  starters:
    'Bu Şu O Bir Ben Sen Biz Siz Onlar Ama Ve Veya Sonra Eğer Ne Kim Nerede Nasıl Neden Kaç Hangi Evet Hayır Lütfen ' +
    'Teşekkürler Merhaba Var Yok Şimdi Bugün Yarın Dün Burada Orada Çok Daha Ayrıca Her Tüm Size Bana Onu İyi',
};
