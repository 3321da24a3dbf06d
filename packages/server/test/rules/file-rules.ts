/** Rules that look at one file: its name, length, first line and words (DESIGN §6). Each takes a file and says what is wrong. */
import type { SourceFile } from './tree.ts'

/** One message per breach; none when the file is fine. */
export type FileRule = (file: SourceFile) => string[]

const isCode = (path: string): boolean => /\.(ts|tsx|mjs|js)$/.test(path)
const isStyle = (path: string): boolean => path.endsWith('.css')
const lineLimit = 300

/** A file is a room: longer than this, it is several. */
export const atMost300Lines: FileRule = ({ path, text }) => {
  if (!isCode(path) && !isStyle(path)) return []
  const lines = text.replace(/\n$/, '').split('\n').length
  return lines > lineLimit ? [`${lines} lines; ${lineLimit} are the most`] : []
}

/** Names of files and folders below packages, scripts and bench. */
export const kebabCase: FileRule = ({ path }) => {
  if (!/^(packages|scripts|bench|deploy)\//.test(path)) return []
  const wrong = path.split('/').filter((part) => !/^[a-z0-9@.]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(part) && part !== 'README.md' && part !== 'Dockerfile')
  return wrong.map((part) => `${part} is not kebab-case`)
}

/** The first line says what the file is for. */
export const opensWithDocComment: FileRule = ({ path, text }) => {
  if (!isCode(path)) return []
  const first = text.startsWith('#!') ? text.slice(text.indexOf('\n') + 1) : text
  return /^\/\*\*( |\n \* )\S.{15,}/.test(first) ? [] : ['does not begin with a doc comment that says its purpose']
}

const banned = ['util', 'utils', 'helper', 'helpers', 'common', 'shared', 'manager', 'service']
const bannedInIdentifier = /^(?:export\s+)?(?:async\s+)?(?:class|function|const|type|interface)\s+(\w*(?:Utils?|Helpers?|Manager|Service))\b(?!\s*=\s*[\w.]+\.\1\b)/gm

/** Names that say nothing, but for a type that stands for a library's of the same name. A file or folder name is taken apart at its hyphens and dots. */
export const saysSomething: FileRule = ({ path, text }) => {
  const inPath = path
    .split('/')
    .filter((part) => part.split(/[-.]/).some((word) => banned.includes(word)))
    .map((part) => `${part} is a name that says nothing`)
  const inText = isCode(path) ? [...text.matchAll(bannedInIdentifier)].map((match) => `${match[1]} is a name that says nothing`) : []
  return [...inPath, ...inText]
}

/** `interface IThing`: the prefix says what the compiler knows. */
export const noPrefixI: FileRule = ({ path, text }) =>
  isCode(path) ? [...text.matchAll(/^(?:export\s+)?(?:interface|type|class)\s+(I[A-Z][a-z]\w*)/gm)].map((match) => `${match[1]} has an I prefix`) : []

/** The only files that may gather others' exports. */
export const packageRoots = ['packages/contract/src/index.ts', 'packages/sdk/src/index.ts', 'packages/sdk/src/node.ts']

/** A barrel hides who needs whom, and loads everything for one thing. Passing on an error that a function throws is none. */
export const noBarrel: FileRule = ({ path, text }) => {
  if (!isCode(path) || packageRoots.includes(path)) return []
  if (/(^|\/)index\.(ts|tsx|mjs|js)$/.test(path)) return ['an index file that is not a published package root']
  if (/^export\s+(type\s+)?\*/m.test(text)) return ['passes on everything of another file']
  const passedOn = /^export\s+(type\s+)?\{[^}]*\}\s*from\s/m.test(text)
  const own = /^export\s+(default|async|function|const|let|class|type\s+\w|interface|declare)/m.test(text)
  return passedOn && !own ? ["has nothing but other files' names"] : []
}

/** What is promised to be done later is not done. */
export const nothingLeftToDo: FileRule = ({ path, text }) =>
  path.endsWith('package-lock.json') ? [] : [...text.matchAll(new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`, 'g'))].map((match) => `says ${match[1]}`)

/** Erasable syntax only is the compiler's to check; inheritance is allowed for errors alone. */
export const noInheritance: FileRule = ({ path, text }) =>
  isCode(path) && /\/src\//.test(path)
    ? [...text.matchAll(/\bclass\s+(\w+)[^{]*\bextends\s+([\w.]+)/g)]
        .filter((match) => !/Error$|Conflict$|NotFound$|^SetupFailed$/.test(match[2]!) && !(path.startsWith('packages/web/') && /Component$/.test(match[2]!)))
        .map((match) => `${match[1]} extends ${match[2]}`)
    : []

const environmentReaders = [/^packages\/server\/src\/config\//]
/** One file of the client may read where the server is and what the token is. */
export const clientEnvironmentReader = 'packages/cli/src/environment.ts'

/** Settings come in at one door. */
export const environmentInConfigOnly: FileRule = ({ path, text }) => {
  if (!isCode(path) || !/^packages\/[^/]+\/src\//.test(path)) return []
  if (path === clientEnvironmentReader || environmentReaders.some((pattern) => pattern.test(path))) return []
  return /\bprocess\s*(\.|\?\.)\s*env\b|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*'(node:)?process'/.test(text) ? ['reads the environment'] : []
}

/** Hosts of package registries and mirrors, in pieces so that this file does not name them. */
const registryHosts = [['registry', 'npmjs', 'org'], ['registry', 'yarnpkg', 'com'], ['deb', 'debian', 'org'], ['pypi', 'org'], ['proxy', 'golang', 'org']]
const anyRegistry = new RegExp(`${registryHosts.map((parts) => parts.join('\\.')).join('|')}|https?://registry\\.[a-z0-9.-]+|"resolved": "https?:`, 'i')

/** Where packages come from is the installation's business. */
export const noRegistryHost: FileRule = ({ text }) => {
  const found = anyRegistry.exec(text)
  return found ? [`names a package registry (${found[0].slice(0, 40)})`] : []
}

/** Every rule by its name. */
export const fileRules: Record<string, FileRule> = {
  atMost300Lines,
  kebabCase,
  opensWithDocComment,
  saysSomething,
  noPrefixI,
  noBarrel,
  nothingLeftToDo,
  noInheritance,
  environmentInConfigOnly,
  noRegistryHost,
}
