import type { Abbreviations } from './abbreviations.ts';

export const fr: Abbreviations = {
  titles: 'MM Mme Mmes Mlle Mlles Mgr Pr Vve',
  leading: 'p.ex c.-à-d c.à.d env adr av ap boul bd éd réf cf imm coll niv sq fbg',
  trailing: 'etc ex janv févr avr juil sept déc tél fig vol art hab pl suppl chap',
  naming: 'cie sté ets',
  starters:
    'Le La Les Un Une Des Du Ce Cette Ces Cet Il Elle Ils Elles Nous Vous Je Tu On Mon Ma Mes Ton Ta Tes Son Sa ' +
    'Ses Notre Nos Votre Vos Leur Leurs Puis Ensuite Mais Et Ou Si Donc Alors Car Comme Quand Où Que Qui Quel ' +
    'Quelle Quels Quelles Pourquoi Comment Combien Est Êtes Avez Voulez Pouvez Souhaitez Dans Pour Par Avec ' +
    "Sans Sur Sous Chez Vers En À Au Aux Merci Oui Non Bonjour Voici Voilà Pas Très Bien Aujourd'hui Demain " +
    'Hier Ici Là Tout Toute Tous Toutes Chaque Plus Après Avant Pendant Enfin Dès Désolé Appelez Venez',
};
