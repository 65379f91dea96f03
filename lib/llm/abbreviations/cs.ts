import type { Abbreviations } from './abbreviations.ts';

/** Czech, and Slovak abbreviations with the same spelling. */
export const cs: Abbreviations = {
  leading: 'např tzv tzn tj ul nám sv odd popř příp resp mj ing mudr judr',
  trailing: 'atd apod atp hod tel kč',
  starters:
    'To Ten Ta Je Jsou Byl Já Ty On Ona My Vy A Ale Nebo Pokud Když Co Kdo Kde Jak Proč Ano Ne Děkuji Prosím',
};
