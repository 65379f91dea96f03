#!/usr/bin/env node
import { rxvoice } from './rxvoice.ts';
import { watchStandardStreams } from './standardStreams.ts';

watchStandardStreams();
await rxvoice(process.argv.slice(2));
