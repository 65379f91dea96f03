import type { Abbreviations } from './abbreviations.ts';

export const es: Abbreviations = {
  titles:
    'Sra Sres Sras Srta Srtas Dra Dres Dña Ud Uds Vd Vds Lic Lcdo Lcda Arq Gral Mons Sto Sta EE Excmo Excma ' +
    'Ilmo Ilma',
  leading:
    'p.ej ej aprox pág págs núm núms cfr p.e a.c d.c avda avd ctra pza plza urb dpto depto izq dcha sr sra srta d dña ' +
    'dr dra dtor dtora prof profa',
  trailing: 'etc ene abr ago dic tel teléf cap hnos ss',
  naming: 'UU FF JJ cía ltda mtro',
  starters:
    'El La Los Las Lo Un Una Unos Unas Yo Tú Él Ella Usted Ustedes Nosotros Ellos Ellas Luego Después Pero Y O ' +
    'Es Por Para Si Cuando Como Porque Aunque Qué Quién Cómo Dónde Cuándo Cuánto Sí No Gracias Hola Este Esta ' +
    'Esto Estos Estas Ese Esa Eso Mi Mis Su Sus Tu Tus Nuestro Nuestra En Con Sin Sobre Hay Está Están Son Fue ' +
    'Era Será Puede Puedo Quiere Desea Tiene También Además Entonces Ahora Hoy Mañana Ayer Aquí Allí Todo Todos ' +
    'Muy Más Se Le Les Nos Me Hace Vivo Viven Llame Venga',
};
