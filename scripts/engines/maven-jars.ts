/** The jars of a Java program: a Maven artifact with everything that it needs at run time, fetched once. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../setup/programs.mjs'
import { cached } from './cache-directory.ts'

export type Artifact = { groupId: string; artifactId: string; version: string }

/** Answers the directory that holds the jars. Throws with the end of what Maven said. */
export function mavenJars({ groupId, artifactId, version }: Artifact): Promise<string> {
  return cached(`${artifactId}-${version}`, async (path) => {
    console.log(`engines: fetching ${artifactId} ${version} (once) …`)
    const directory = await mkdtemp(join(tmpdir(), 'sluice-maven-'))
    try {
      await mkdir(path)
      await writeFile(join(directory, 'pom.xml'), project({ groupId, artifactId, version }))
      await maven(directory, ['dependency:copy-dependencies', `-DoutputDirectory=${path}`, '-DincludeScope=runtime'])
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
}

const project = ({ groupId, artifactId, version }: Artifact): string =>
  `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>engines</groupId><artifactId>engines</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency></dependencies>
</project>`

function maven(directory: string, args: string[]): Promise<void> {
  const child = spawn(findProgram('maven') ?? 'mvn', ['-q', '-B', ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said = (said + String(data)).slice(-4000)))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`mvn ${args[0]} ended with code ${code}:\n${said}`))))
  })
}
