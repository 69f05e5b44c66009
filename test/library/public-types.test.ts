import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src/');
const ENTRY = join(SRC, 'index.ts');

const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
const program = ts.createProgram([ENTRY], { ...options, skipLibCheck: true });
const checker = program.getTypeChecker();

const entry = program.getSourceFile(ENTRY);
const entrySymbol = entry && checker.getSymbolAtLocation(entry);
const exported = new Map(
  (entrySymbol ? checker.getExportsOfModule(entrySymbol) : []).map((symbol) => [resolved(symbol), symbol]),
);

function resolved(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The types that a caller meets in a declaration: not its body, not what is private, not what a type is taken out of. */
function namesIn(node: ts.Node): ts.Symbol[] {
  if (ts.isBlock(node) || isPrivate(node)) return [];
  if (ts.isIndexedAccessTypeNode(node)) return symbolOf(checker.getTypeFromTypeNode(node));
  return [...namedBy(node), ...childrenOf(node).flatMap(namesIn)];
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  return children;
}

function isPrivate(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)
  );
}

function symbolOf({ aliasSymbol }: ts.Type): ts.Symbol[] {
  return aliasSymbol ? [aliasSymbol] : [];
}

function namedBy(node: ts.Node): ts.Symbol[] {
  const name = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node)
      ? node.expression
      : undefined;
  const symbol = name && checker.getSymbolAtLocation(name);
  return symbol ? [resolved(symbol)] : [];
}

function isOurs(symbol: ts.Symbol): boolean {
  const isTypeParameter = (symbol.flags & ts.SymbolFlags.TypeParameter) !== 0;
  return !isTypeParameter && declarationsOf(symbol).some((node) => node.getSourceFile().fileName.startsWith(SRC));
}

function isOfALibrary(symbol: ts.Symbol): boolean {
  const files = declarationsOf(symbol).map((node) => node.getSourceFile().fileName);
  return files.some(
    (file) => file.includes('/node_modules/') && !/\/node_modules\/(typescript|@types\/node)\//.test(file),
  );
}

function declarationsOf(symbol: ts.Symbol): readonly ts.Declaration[] {
  return symbol.declarations ?? [];
}

const met = [...exported.keys()].flatMap((symbol) =>
  declarationsOf(symbol).flatMap((node) => namesIn(node).map((name) => ({ name, by: symbol.name }))),
);
const describeMet = ({ name, by }: (typeof met)[number]) => `${by} -> ${name.name}`;

it('every type in the public interface can be imported', () => {
  expect(exported.size).toBeGreaterThan(40);
  expect(met.filter(({ name }) => isOurs(name)).length).toBeGreaterThan(50);
  expect(met.filter(({ name }) => isOurs(name) && !exported.has(name)).map(describeMet)).toEqual([]);
});

it('the public interface has no types of our dependencies', () => {
  expect(met.filter(({ name }) => isOfALibrary(name)).map(describeMet)).toEqual([]);
});

it('every export is documented', () => {
  const isDocumented = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0;
  const lacking = [...exported].filter(([symbol, alias]) => !isDocumented(symbol) && !isDocumented(alias));
  expect(lacking.map(([symbol]) => symbol.name)).toEqual([]);
});

it('every member of every callable interface is documented', () => {
  const app = [...exported.keys()].find(({ name }) => name === 'App');
  const members = [...(app?.members?.values() ?? [])];
  expect(members.length).toBeGreaterThan(8);
  expect(members.filter((member) => member.getDocumentationComment(checker).length === 0)).toEqual([]);
});
