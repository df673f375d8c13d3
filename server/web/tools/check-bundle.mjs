/**
 * Checks what was built, packages included: the menu page against Chromium 102 (Qt 6.4), both pages against the strict
 * Content-Security-Policy they are served with.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'acorn';
import { full } from 'acorn-walk';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** Members and globals that came after Chromium 102, of those that a page could meet. */
const tooNewMembers = new Set(
  `toSorted toReversed toSpliced groupBy groupByToMap withResolvers fromAsync isWellFormed toWellFormed canParse
  startViewTransition showPopover hidePopover togglePopover checkVisibility setHTMLUnsafe parseHTMLUnsafe
  transferToFixedLength isDisjointFrom isSubsetOf isSupersetOf symmetricDifference getSetCookie`.split(/\s+/),
);
const tooNewGlobals = new Set(['CloseWatcher', 'CSSScopeRule', 'Iterator', 'Highlight', 'scheduler', 'documentPictureInPicture']);
/** `AbortSignal.timeout` and `.any`: too new only on that object. */
const tooNewOn = { AbortSignal: new Set(['any', 'timeout']), URL: new Set(['parse']), Promise: new Set(['try']) };
const tooNewStyle = [
  [/:has\(/, ':has()'],
  [/@container|\bcontainer-type\s*:|\d(?:cqw|cqh|cqi|cqb)\b/, 'container queries'],
  [/\d[dsl]v[hw]\b/, 'dvh and its kin'],
  [/\b(?:oklch|oklab|color-mix|light-dark)\(/, 'new colour functions'],
  [/\bsubgrid\b/, 'subgrid'],
  [/@media[^{]*[<>]/, 'range media queries'],
  [/:popover-open|@starting-style|@scope|view-transition/, 'popover, starting style, scope or view transitions'],
];

const problems = [];
const pagesOf = (name) => readdirSync(join(dist, name), { recursive: true }).map((file) => join(dist, name, String(file)));
const report = (file, text) => problems.push(`${file.slice(dist.length + 1)}: ${text}`);

function checkScript(file) {
  let program;
  try {
    program = parse(readFileSync(file, 'utf8'), { ecmaVersion: 2022, sourceType: 'module', locations: true });
  } catch (error) {
    report(file, `is no ES2022: ${error.message}`);
    return;
  }
  full(program, (node) => {
    const at = `line ${node.loc.start.line}, column ${node.loc.start.column}`;
    if (node.type === 'MemberExpression') {
      const name = node.computed ? node.property.value : node.property.name;
      if (tooNewMembers.has(name)) report(file, `uses .${name} (${at})`);
      if (tooNewOn[node.object.name]?.has(name)) report(file, `uses ${node.object.name}.${name} (${at})`);
    }
    if (node.type === 'Identifier' && tooNewGlobals.has(node.name)) report(file, `uses ${node.name} (${at})`);
  });
}

/** Reads nesting off the braces: a rule inside a rule that is no at-rule. */
function nests(style) {
  const open = [];
  for (const [, before, brace] of style.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/([^{}]*)([{}])/g)) {
    if (brace === '}') open.pop();
    else {
      if (open.includes('rule')) return true;
      open.push(before.split(';').pop().trim().startsWith('@') ? 'at' : 'rule');
    }
  }
  return false;
}

function checkStyle(file) {
  const style = readFileSync(file, 'utf8').replace(/url\([^)]*\)/g, 'url()');
  for (const [pattern, name] of tooNewStyle) if (pattern.test(style)) report(file, `uses ${name}`);
  if (nests(style)) report(file, 'uses nesting');
}

function checkPage(file) {
  const page = readFileSync(file, 'utf8');
  if (/<script(?![^>]*\ssrc=)[^>]*>/.test(page)) report(file, 'has an inline script');
  if (/<style|\sstyle=|\son\w+=/.test(page)) report(file, 'has an inline style or handler');
  if (/(?:src|href)="(?:\/|\w+:)/.test(page)) report(file, 'refers to something that does not lie beside it');
}

for (const file of pagesOf('menu')) {
  if (file.endsWith('.js')) checkScript(file);
  if (file.endsWith('.css')) checkStyle(file);
}
for (const file of [...pagesOf('menu'), ...pagesOf('admin'), ...pagesOf('account')]) if (basename(file) === 'index.html') checkPage(file);

if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log('The menu page fits Chromium 102, and all pages fit their Content-Security-Policy.');
