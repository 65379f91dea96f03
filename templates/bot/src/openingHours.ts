import { tool } from 'rxvoice';
import { z } from 'zod';

export const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** A tool: the model reads its name, its description and its parameters; its arguments for `run` are checked before. */
export const openingHours = tool({
  name: 'openingHours',
  description: 'When the bakery is open on a day of the week.',
  parameters: z.object({ day: z.enum(days) }),
  // A promise or an observable may be returned, too; the signal is aborted when the caller interrupts.
  run: ({ day }) => (day === 'Sunday' ? 'closed' : day === 'Saturday' ? '7 am to 1 pm' : '6 am to 6 pm'),
});
