import type { Abbreviations } from './abbreviations.ts';

export const de: Abbreviations = {
  titles: 'Hr Hrn Fr Frl Dipl Mag Priv Doz Hl',
  leading:
    'z.b d.h u.a v.a m.e u.u i.d.r i.a s.o s.u o.g z.t z.zt z.hd bzw ca ggf ggfs evtl eventl inkl exkl einschl ' +
    'ausschl zzgl abzgl bzgl vgl bspw beisp sog allg insb insbes entspr eigtl ehem jew näml lt geb gest verh ' +
    'röm kath ev frz österr schweiz dipl-ing ing dr prof hl st jhd med jur',
  trailing: 'usw u.ä u.v.m u.a.m o.ä v.chr n.chr okt dez jän mwst uvm',
  naming:
    'mio mrd tsd nr nrn abb abt abs anm aufl ausg bd bde bsp einh fa fam hrsg hbf jh kap kl kfm obj pfd pos rd ' +
    'sek sp stk std str tel zi',
  starters:
    'Der Die Das Es Er Sie Wir Ich Ihr Du Ein Eine Einen Einem Einer Dann Und Aber Oder Wenn Falls Danach Bitte ' +
    'Im Am In Auf An Bei Beim Mit Vom Zu Zum Zur Für Ab Um Nach Vor Seit Aus Über Unter Ohne Möchten Möchtest ' +
    'Soll Sollen Können Kannst Kann Darf Darfst Haben Hast Hat Ist Sind War Waren Wird Werden Würden Wollen ' +
    'Willst Gibt Was Wer Wie Wo Wann Warum Welche Welcher Welches Wohin Woher Ja Nein Nicht Kein Keine Alle ' +
    'Alles Auch Noch Nur So Jetzt Heute Morgen Gestern Hier Dort Dabei Dazu Deshalb Daher Darum Trotzdem ' +
    'Außerdem Zuerst Schließlich Mein Meine Dein Deine Ihre Unser Unsere Dieser Diese Dieses Man Gern Gerne Gut ' +
    'Danke Leider Natürlich Sehr Mehr Passt Geht',
};
