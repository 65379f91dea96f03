import type { Abbreviations } from './abbreviations.ts';

export const pt: Abbreviations = {
  titles: 'Srs Sra Sras Srta Dra Dras Profa Profª Exmo Exma Ilmo Ilma Eng Engª Pe Sto Sta',
  leading: 'p.ex pág págs núm aprox séc cód ref dr dra sr sra srta prof profa eng apto trav praç',
  trailing: 'etc fev abr ago dez tel obs',
  naming: 'ltda cia av',
  starters:
    'O A Os As Um Uma Uns Umas Eu Ele Ela Eles Elas Você Vocês Nós Depois Então Mas E Ou Se Quando Onde Como ' +
    'Porque Por Para Que Quem Qual Quais Quanto Sim Não Obrigado Obrigada Olá Este Esta Esse Essa Isto Isso Meu ' +
    'Minha Seu Sua Nosso Em No Na Nos Nas Com Sem Sobre Das Ao À É Está Estão São Foi Era Pode Posso Quer ' +
    'Deseja Tem Há Também Além Agora Hoje Amanhã Ontem Aqui Ali Tudo Todos Muito Mais Vamos Ligue Venha',
};
