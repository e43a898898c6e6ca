// Filters, sorts and points things out. The page says everything without it; nothing here makes markup from text.
'use strict';
(() => {
  const STEP = 200;
  const WORST = ['critical', 'high', 'medium', 'low', 'info', '–'];
  const one = (query, from = document) => from.querySelector(query);
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const number = (value) => value.toLocaleString('en');
  const make = (name, text) => Object.assign(document.createElement(name), {textContent: text});
  const form = one('#filters');

  const findings = all('.findings > tbody').map((row) => ({
    row,
    severity: row.rows[0].cells[0].textContent,
    rule: one('small > a', row.rows[0].cells[2]).textContent,
    places: row.dataset.p.split(' ').map((place) => place.split('.')),
  }));
  if (!findings.length) return;
  let visible = findings.map(() => true);

  const members = (element) => element.dataset.f.split(' ').map(Number);
  const tables = all('table.data').map((table) => {
    const own = table.classList.contains('findings');
    const rows = own
      ? findings.map(({row}, at) => ({element: row, line: row.rows[0], findings: [at]}))
      : all('tbody > tr', table).map((row) => ({element: row, line: row, findings: members(row)}));
    return {table, own, rows, order: rows, limit: STEP, sort: '', note: one('.of', table.closest('section'))};
  });

  // Which findings the fields let through.

  function filter() {
    const data = new FormData(form);
    const severities = new Set(data.getAll('severity'));
    const [rule, environment, exposure, repository] =
      ['rule', 'environment', 'exposure', 'repository'].map((name) => data.get(name) || '');
    const words = (data.get('text') || '').toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (want, is) => !want || want === is;
    visible = findings.map((finding) => severities.has(finding.severity)
      && fits(rule, finding.rule)
      // One place has to fit in every way.
      && finding.places.some(([is, got, root]) => fits(environment, is) && fits(exposure, got) && fits(repository, root))
      && words.every((word) => (finding.text ??= finding.row.textContent.toLowerCase()).includes(word)));
    const shown = visible.filter(Boolean).length;
    one('#shown').textContent = shown === findings.length
      ? `All ${number(shown)} shown` : `${number(shown)} of ${number(findings.length)}`;
    tables.forEach(show);
    all('#graph [data-f]').forEach((part) => part.classList.toggle('off', !members(part).some((at) => visible[at])));
    const keys = all('#graph [data-n^=k]');
    const left = keys.filter((key) => !key.classList.contains('off')).length;
    // A picture of nothing that fits only stands in the way.
    const parts = all('#graph [data-f]');
    const picture = one('#map .picture');
    if (picture) picture.hidden = parts.length > 0 && parts.every((part) => part.classList.contains('off'));
    one('#map .of').textContent = left === keys.length ? '' : `${left} of the ${keys.length} keys drawn fit the filter`;
  }

  function show(entry) {
    let fitting = 0;
    for (const row of entry.order) {
      const fits = row.findings.some((at) => visible[at]);
      row.element.hidden = !fits || fitting >= entry.limit;
      fitting += fits;
    }
    entry.more.hidden = fitting <= entry.limit;
    const of = fitting === entry.rows.length ? number(fitting) : `${number(fitting)} of ${number(entry.rows.length)}`;
    entry.note.textContent = fitting > entry.limit ? `${of}, the first ${number(entry.limit)} shown` : of;
  }

  // Sorting: once up, once down, then as it was.

  const {compare} = new Intl.Collator('en', {numeric: true});
  function sort(entry, by) {
    if (by === entry.sort) return;
    const heads = all('th[data-sort]', entry.table);
    const head = heads.find((head) => head.dataset.sort === by.replace('-', ''));
    entry.sort = head ? by : '';
    heads.forEach((other) => other.removeAttribute('aria-sort'));
    entry.order = entry.rows;
    if (head) {
      const down = by.startsWith('-');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const value = head.dataset.sort === 'severity'
        ? (row) => WORST.length - WORST.indexOf(row.line.cells[0].textContent)
        : (row) => row.line.cells[head.cellIndex].textContent.replaceAll(',', '');
      const sorted = entry.rows.map((row) => [value(row), row]);
      sorted.sort(([a], [b]) => (down ? -1 : 1) * (typeof a === 'number' ? a - b : compare(a, b)));
      entry.order = sorted.map(([, row]) => row);
    }
    const body = entry.own ? entry.table : entry.table.tBodies[0];
    body.append(...entry.order.map((row) => row.element));
    show(entry);
  }

  for (const entry of tables) {
    for (const head of all('th[data-sort]', entry.table)) {
      const button = make('button', head.textContent);
      button.type = 'button';
      button.addEventListener('click', () => {
        const by = head.dataset.sort;
        sort(entry, entry.sort === by ? `-${by}` : entry.sort === `-${by}` ? '' : by);
        if (entry.own) remember();
      });
      head.replaceChildren(button);
    }
    entry.more = make('button', 'Show more');
    entry.more.className = 'more';
    entry.more.type = 'button';
    entry.more.addEventListener('click', () => {
      entry.limit *= 5;
      show(entry);
    });
    entry.table.after(entry.more);
  }

  // The address remembers what is looked at: #severity=critical,high&rule=leaked-key&text=prod&sort=-places

  const selects = () => all('select', form);
  function remember() {
    const params = new URLSearchParams();
    const boxes = all('[name=severity]', form);
    if (boxes.some((box) => !box.checked)) {
      params.set('severity', boxes.filter((box) => box.checked).map((box) => box.value).join(',') || 'none');
    }
    selects().filter((field) => field.value).forEach((field) => params.set(field.name, field.value));
    if (form.elements.text.value) params.set('text', form.elements.text.value);
    if (tables[0].sort) params.set('sort', tables[0].sort);
    const hash = params.toString().replaceAll('%2C', ',');
    history.replaceState(null, '', hash ? `#${hash}` : '#');
  }

  function recall() {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes('=')) {
      // The first look at the page is filtered too.
      if (form.hidden) filter();
      return reveal(document.getElementById(hash));
    }
    const params = new URLSearchParams(hash);
    const severities = params.get('severity')?.split(',');
    all('[name=severity]', form).forEach((box) => { box.checked = !severities || severities.includes(box.value); });
    for (const field of selects()) {
      const want = params.get(field.name) ?? '';
      // Repositories also by their names.
      const option = [...field.options].find(({value, text}) => value === want || text === want);
      field.selectedIndex = option ? option.index : 0;
    }
    form.elements.text.value = params.get('text') ?? '';
    sort(tables[0], params.get('sort') ?? '');
    filter();
  }

  // A link leads to its row, whatever the filters say.
  function reveal(target) {
    if (!target) return;
    const row = target.closest('.data tbody[id], .data tr[id]');
    if (row) {
      row.hidden = false;
      const details = one('details', row);
      if (details) details.open = true;
    }
    target.scrollIntoView();
  }

  // All the steps stand once on the page; an opened finding gets its own copy.
  document.addEventListener('toggle', ({target}) => {
    const link = target.open && one('dd > a', target);
    const steps = link && one(`${link.getAttribute('href')} > ol`);
    if (steps) link.parentNode.replaceChildren(steps.cloneNode(true));
  }, true);

  // Pointing at a part of the graph shows what belongs to it.

  const graph = one('#graph');
  if (graph) {
    const nodes = new Map(all('[data-n]', graph).map((node) => [node.dataset.n, node]));
    const edges = all('.e', graph).map((line) => ({line, ends: [line.dataset.a, line.dataset.b], findings: members(line)}));
    const point = (name) => {
      graph.classList.toggle('pointed', Boolean(name));
      all('.on', graph).forEach((part) => part.classList.remove('on'));
      if (!name) return;
      const first = edges.filter(({ends}) => ends.includes(name));
      const about = new Set(first.flatMap((edge) => edge.findings));
      const files = new Set(first.flatMap(({ends}) => ends.filter((end) => end.startsWith('p'))));
      const lines = name.startsWith('p') ? first : edges.filter(({ends, findings}) =>
        first.some(({line}) => line.dataset.a === ends[0] && line.dataset.b === ends[1])
        || (ends.some((end) => files.has(end)) && findings.some((at) => about.has(at))));
      nodes.get(name).classList.add('on');
      for (const {line, ends} of lines) {
        line.classList.add('on');
        ends.forEach((end) => nodes.get(end).classList.add('on'));
      }
    };
    const pointed = ({target}) => point(target.closest('[data-n]')?.dataset.n);
    graph.addEventListener('pointerover', pointed);
    graph.addEventListener('pointerleave', () => point());
    graph.addEventListener('focusin', pointed);
    graph.addEventListener('focusout', () => point());
  }

  // On paper there is nothing to unfold.
  let before;
  addEventListener('beforeprint', () => {
    before = tables.map(({limit}) => limit);
    tables.forEach((entry) => { entry.limit = Infinity; show(entry); });
    all('.findings > tbody:not([hidden]) details:not([open])').forEach((part) => {
      part.open = true;
      part.classList.add('printed');
    });
  });
  addEventListener('afterprint', () => {
    tables.forEach((entry, at) => { entry.limit = before[at]; show(entry); });
    all('details.printed').forEach((part) => {
      part.open = false;
      part.classList.remove('printed');
    });
  });

  let waiting;
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { filter(); remember(); }, 120);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  // The fields have their old values until the event is over.
  form.addEventListener('reset', () => setTimeout(() => { filter(); remember(); }));
  addEventListener('hashchange', recall);
  recall();
  form.hidden = false;
})();
