import { of } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { type Tool, tool } from 'rxvoice';
import { z } from 'zod';

describe('tool', () => {
  it('should infer the arguments of run from the schema', () => {
    const price = tool({
      name: 'price',
      description: 'What a cake costs, in euros.',
      parameters: z.object({ cake: z.string(), pieces: z.number().optional() }),
      run: args => {
        expectTypeOf(args).toEqualTypeOf<{ cake: string; pieces?: number | undefined }>();
        return args.cake.length;
      },
    });
    expectTypeOf(price).toEqualTypeOf<Tool>();
  });

  it('should take a value, a promise or an observable as the result', () => {
    const parameters = z.object({ city: z.string() });
    const described = { name: 'weather', description: 'The weather.', parameters };
    tool({ ...described, run: ({ city }) => city });
    tool({ ...described, run: ({ city }) => Promise.resolve(city) });
    tool({ ...described, run: ({ city }) => of(city) });
  });

  it('should refuse what the schema does not have', () => {
    tool({
      name: 'weather',
      description: 'The weather.',
      parameters: z.object({ city: z.string() }),
      // @ts-expect-error: there is no such argument
      run: ({ town }) => String(town),
    });
    // @ts-expect-error: a tool has a description
    tool({ name: 'weather', parameters: z.object({}), run: () => 1 });
  });
});
