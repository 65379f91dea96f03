import type { Command } from 'commander';

/** A command as `rxvoice --help` lists it, and how its options and its work are loaded. */
export interface CommandEntry {
  readonly name: string;
  /** Its arguments, for the list. */
  readonly usage: string;
  readonly description: string;
  /** Imports the command. Only the command that runs is imported: the others cost no time. */
  readonly load: () => Promise<(command: Command) => Command>;
}

/** All commands, in the order of the help. */
export const commandList: readonly CommandEntry[] = [
  {
    name: 'talk',
    usage: '[options]',
    description: 'talk with the bot: at the microphone, heard from the loudspeaker',
    load: async () => (await import('./commands/talk.ts')).talk,
  },
  {
    name: 'demo',
    usage: '[options]',
    description: 'have a spoken conversation with a recorded caller, about a minute, nothing needed',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'file',
    usage: '[options] <wav>',
    description: 'have a conversation with a recording of your own, in real time',
    load: async () => (await import('./commands/file.ts')).file,
  },
  {
    name: 'serve',
    usage: '[options]',
    description: 'serve a page to talk with the bot, and take calls of pages and phones',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    name: 'transcribe',
    usage: '[options] <wav>',
    description: 'write down what is said in a recording',
    load: async () => (await import('./commands/transcribe.ts')).transcribe,
  },
  {
    name: 'say',
    usage: '[options] <text>',
    description: 'speak a text into a WAV file',
    load: async () => (await import('./commands/say.ts')).say,
  },
  {
    name: 'replay',
    usage: '[options] <tape>',
    description: 'replay a taped call at once: the same engines and times, the pipeline as it is now',
    load: async () => (await import('./commands/replay.ts')).replay,
  },
  {
    name: 'test',
    usage: '[options] <scenarios...>',
    description: 'run calls from scenario files, and check what the bot says and does',
    load: async () => (await import('./commands/test.ts')).test,
  },
  {
    name: 'models',
    usage: '[command]',
    description: 'the model files of the offline engines',
    load: async () => (await import('./commands/models.ts')).models,
  },
  {
    name: 'devices',
    usage: '[options]',
    description: 'the microphones and loudspeakers of this machine',
    load: async () => (await import('./commands/devices.ts')).devices,
  },
  {
    name: 'doctor',
    usage: '[options]',
    description: 'check whether this machine has everything a call needs, and suggest fixes',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'init',
    usage: '[folder]',
    description: 'make a bot project to begin with: a bot, a tool, a test and a configuration, in TypeScript',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'emulate',
    usage: '[options]',
    description: 'run Deepgram and OpenAI on this machine, without keys, faults included',
    load: async () => (await import('./commands/emulate.ts')).emulate,
  },
];
