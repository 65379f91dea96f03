import { jsonView } from './jsonView.ts';
import { liveView, type LiveViewOptions } from './liveView.ts';
import { plainView } from './plainView.ts';
import { terminal } from './terminal.ts';
import type { View } from './view.ts';

/** A view for a program (`--json`), for a person at a screen, or for later reading, on stdout. */
export function chooseView({ json = false }: { readonly json?: boolean }, live: LiveViewOptions): View {
  if (json) return jsonView(line => process.stdout.write(line));
  const screen = terminal();
  return screen.isLive ? liveView(screen, live) : plainView(screen);
}
