/** Runs the import law over a tree of this repository's shape. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { importLaw } from './import-law.ts'
import type { Violation } from './tree.ts'

/** What breaks the law below `root`; the message begins with the rule's name. */
export async function cruiseTree(root: string): Promise<Violation[]> {
  const folders = ['packages', 'scripts', 'bench'].filter((folder) => existsSync(join(root, folder)))
  const result = await cruise(
    folders,
    {
      baseDir: root,
      ruleSet: { forbidden: importLaw },
      validate: true,
      // Type imports are imports: without it they are gone before anybody looks.
      tsPreCompilationDeps: true,
      exclude: { path: '(^|/)dist/' },
      doNotFollow: { path: 'node_modules' },
      moduleSystems: ['es6'],
    },
    { exportsFields: ['exports'], conditionNames: ['import', 'node', 'browser', 'types', 'default'], extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
  )
  const { summary, modules } = result.output as ICruiseResult
  if (modules.length === 0) throw new Error(`nothing was cruised below ${root}`)
  return summary.violations.map(({ from, to, rule, cycle }) => ({
    path: from,
    message: `${rule.name}: ${cycle ? cycle.map((step) => step.name).join(' → ') : to}`,
  }))
}
