// The figures of a call: a bar for each turn in which the stages follow each other, and the percentiles of all turns.

const rows = ['total', 'endpointing', 'llm', 'sentence', 'tts', 'output', 'stt', 'llmTotal', 'bargeIn'];

const [turnList, legend] = [document.getElementById('turns'), document.getElementById('legend')];
const table = document.getElementById('summary');

/** Shows the figures so far. `stages` are those that add up to the total. */
export function showTurns({ turns, summary, underruns }, stages) {
  const none = turns.length === 0;
  document.getElementById('no-figures').hidden = !none;
  legend.hidden = table.hidden = none;
  if (legend.children.length === 0) {
    for (const stage of stages) {
      const item = make('li', '', stage);
      item.prepend(make('i', stage));
      legend.append(item);
    }
  }
  const longest = Math.max(...turns.map(turn => known(turn, stages)), 1);
  turnList.replaceChildren(...turns.map(turn => turnItem(turn, stages, longest)).reverse());
  table.tBodies[0].replaceChildren(
    ...(summary === undefined ? [] : rows.flatMap(row => summaryRow(row, summary[row]))),
  );
  const note = document.getElementById('underruns');
  note.hidden = underruns === 0;
  note.textContent = `Audio came too late ${underruns === 1 ? 'once' : `${underruns} times`}.`;
}

/** How long the stages took of which it is known. */
const known = (turn, stages) => stages.reduce((sum, stage) => sum + (turn[stage] ?? 0), 0);

function turnItem(turn, stages, longest) {
  const item = make('li');
  const head = make('div', 'head');
  const ended = { interrupted: ', interrupted', failed: ', failed', spoken: '' }[turn.outcome];
  head.append(make('span', '', `Turn ${turn.turn}${ended}`), make('strong', '', ms(turn.total)));
  const bar = make('div', 'bar');
  bar.setAttribute('role', 'img');
  const parts = stages.filter(stage => turn[stage] !== undefined);
  bar.setAttribute('aria-label', parts.map(stage => `${stage} ${ms(turn[stage])}`).join(', '));
  bar.style.width = `${(100 * known(turn, stages)) / longest}%`;
  for (const stage of parts) {
    const part = make('i', stage);
    part.style.flexGrow = turn[stage];
    part.title = `${stage} ${ms(turn[stage])}`;
    bar.append(part);
  }
  const more = [
    ['stt', turn.stt],
    ['whole answer', turn.llmTotal],
    ['silent after', turn.bargeIn],
  ].filter(([, value]) => value !== undefined);
  item.append(
    head,
    bar,
    make('div', 'detail', more.map(([name, value]) => `${name} ${ms(value)}`).join(' · ')),
  );
  return item;
}

function summaryRow(figure, percentiles) {
  if (percentiles === undefined) return [];
  const row = make('tr', figure === 'total' ? 'total' : '');
  const name = make('th', '', figure);
  name.scope = 'row';
  const { p50, p95, p99, count } = percentiles;
  row.append(
    name,
    ...[p50, p95, p99].map(value => make('td', '', String(Math.round(value)))),
    make('td', '', String(count)),
  );
  return [row];
}

const ms = value => (value === undefined ? '–' : `${Math.round(value)} ms`);

function make(tag, className = '', text = '') {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.textContent = text;
  return element;
}
