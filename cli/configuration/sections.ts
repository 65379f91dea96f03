import { UsageError } from '../usageError.ts';

/** Values of one section of the configuration from one source. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>> | ((...arguments_: never[]) => unknown);
  /** Where a field comes from, for a person. */
  readonly sourceOf: (field: string) => string;
}

/** A section of the configuration, put together, and where each of its fields comes from. */
export interface Section {
  readonly values: Layer['values'];
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * One section from several sources, each winning over those before it. A source that chooses another engine starts
 * from scratch, because options of one engine mean nothing to another.
 */
export function layered(layers: readonly Layer[]): Section {
  return layers.reduce<Section>((below, { values, sourceOf }) => {
    if (typeof values === 'function') return { values, sources: { '': sourceOf('') } };
    const fields = Object.keys(values);
    if (fields.length === 0) return below;
    const { engine } = values;
    const sources = Object.fromEntries(fields.map(field => [field, sourceOf(field)]));
    if (typeof below.values === 'function') {
      if (engine !== undefined) return { values, sources };
      throw new UsageError(
        `${sourceOf(fields[0]!)}: the engine is a function of your own (${below.sources['']!}), which has no options here.`,
      );
    }
    return engine !== undefined && engine !== below.values['engine']
      ? { values, sources }
      : { values: { ...below.values, ...values }, sources: { ...below.sources, ...sources } };
  }, empty);
}

const empty: Section = { values: {}, sources: {} };
