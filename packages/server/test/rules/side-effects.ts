/** Importing a module must do nothing: top-level statements only declare. Programs and worker threads begin somewhere, so they may. */
import ts from 'typescript'
import type { FileRule } from './file-rules.ts'

/** Where a process, a thread or a page begins. */
const begins = /(^|\/)main\.tsx?$|-worker\.ts$/

/** Says each top-level statement that does something. */
export const noSideEffects: FileRule = ({ path, text }) => {
  if (!/^packages\/[^/]+\/src\/.*\.tsx?$/.test(path) || begins.test(path)) return []
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, false, kind)
  return source.statements.flatMap((statement) => {
    const acts = effectOf(statement, source)
    if (!acts) return []
    const { line } = source.getLineAndCharacterOfPosition(statement.getStart(source))
    return [`line ${line + 1} ${acts} when it is imported`]
  })
}

function effectOf(statement: ts.Statement, source: ts.SourceFile): string | undefined {
  if (ts.isImportDeclaration(statement)) {
    const specifier = statement.moduleSpecifier.getText(source)
    return !statement.importClause && !/\.css'$/.test(specifier) ? 'imports for an effect' : undefined
  }
  if (ts.isVariableStatement(statement)) return awaitIn(statement)
  if (ts.isExpressionStatement(statement) || ts.isIfStatement(statement) || ts.isIterationStatement(statement, false)) return 'runs code'
  if (ts.isTryStatement(statement) || ts.isThrowStatement(statement) || ts.isBlock(statement) || ts.isSwitchStatement(statement)) return 'runs code'
  return undefined
}

/** `const x = await …` at the top level opens something before anybody asked. */
function awaitIn(node: ts.Node): string | undefined {
  let found: string | undefined
  const visit = (child: ts.Node): void => {
    if (ts.isFunctionLike(child)) return
    if (ts.isAwaitExpression(child)) found = 'awaits'
    ts.forEachChild(child, visit)
  }
  visit(node)
  return found
}
