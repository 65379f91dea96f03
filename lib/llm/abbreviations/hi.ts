import type { Abbreviations } from './abbreviations.ts';

export const hi: Abbreviations = { titles: 'डॉ प्रो श्री सुश्री', leading: 'डॉ प्रो कि.मी' };
