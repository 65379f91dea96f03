import fc from 'fast-check';

/** Tools in a planned conversation, as data: the behaviour of each, and which the model calls. All times in ms. */
export interface ToolPlan {
  readonly tools: readonly PlannedTool[];
  /** The calls that the model makes in one request after the other, over and over; none ends the rounds. */
  readonly rounds: readonly PlannedRound[];
  readonly filler: { readonly afterMs: number; readonly max: number } | undefined;
}

export interface PlannedTool {
  /** `now`: within its call; `never`: it has no end of its own. */
  readonly takes: number | 'now' | 'never';
  readonly onInterrupt: 'finish' | 'cancel' | undefined;
}

export interface PlannedRound {
  readonly calls: readonly PlannedCall[];
  /** Whether the calls come before the words. */
  readonly first: boolean;
  /** Whether the answer breaks off after them. */
  readonly breaks: boolean;
}

export interface PlannedCall {
  /** Which tool; one that does not exist, where there are fewer. */
  readonly tool: number;
  /** Ids as servers have them: their own, or the same for every request, or for every call. */
  readonly id: 'own' | 'round' | 'same';
  /** Whether the model emits its result, and when. */
  readonly result: 'before' | 'after' | undefined;
  readonly afterMs: number;
}

/** The longest that a tool may take here, ms. */
export const toolTimeoutMs = 3_000;

const ms = (max: number, min = 0): fc.Arbitrary<number> => fc.integer({ min, max });

const plannedTool: fc.Arbitrary<PlannedTool> = fc.record({
  takes: fc.oneof(ms(2_500, 1), fc.constantFrom<('now' | 'never')[]>('now', 'never')),
  onInterrupt: fc.constantFrom<('finish' | 'cancel' | undefined)[]>('finish', 'cancel', undefined),
});

const plannedCall: fc.Arbitrary<PlannedCall> = fc.record({
  tool: ms(3),
  id: fc.constantFrom<('own' | 'round' | 'same')[]>('own', 'round', 'same'),
  result: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom<('before' | 'after')[]>('before', 'after') },
  ),
  afterMs: fc.oneof(fc.constant(0), ms(400)),
});

const plannedRound: fc.Arbitrary<PlannedRound> = fc.record({
  calls: fc.array(plannedCall, { maxLength: 3 }),
  first: fc.boolean(),
  breaks: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

export const toolPlan: fc.Arbitrary<ToolPlan> = fc.record({
  tools: fc.array(plannedTool, { minLength: 1, maxLength: 3 }),
  rounds: fc
    .array(plannedRound, { minLength: 1, maxLength: 4 })
    .map(rounds => [...rounds, { calls: [], first: false, breaks: false }]),
  filler: fc.oneof(fc.constant(undefined), fc.record({ afterMs: ms(900), max: ms(3) })),
});
