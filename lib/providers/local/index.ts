/** Engines that run on this machine: no key, no network once the models are there. */
export { localStt, type LocalSttOptions } from './localStt.ts';
export { localTts, type LocalTtsOptions } from './localTts.ts';
export type { Model, ModelFile, ModelName, ModelPackage } from './models.ts';
export { models } from './models.ts';
export {
  fetchModel,
  listModels,
  modelFolder,
  modelNamed,
  modelPath,
  removeModel,
  type StoredModel,
  verifyModel,
} from './modelStore.ts';
