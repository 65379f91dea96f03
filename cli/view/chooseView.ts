import { jsonView } from './jsonView.ts';
import { terminal } from './terminal.ts';
import { transcriptView } from './transcriptView.ts';
import type { View } from './view.ts';

/** A view for a program (`--json`) or for a person, on stdout. */
export const chooseView = ({ json = false }: { readonly json?: boolean }): View =>
  json ? jsonView(line => process.stdout.write(line)) : transcriptView(terminal());
