/** The machine, in a line. */
import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

export function describeMachine(): string {
  const processors = cpus()
  const parts = [
    `${processors.length} × ${processors[0]?.model.trim().replace(/\s+/g, ' ') || process.arch}`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `${process.platform} ${release()}`,
    `Node ${process.versions.node}`,
    versionOf('ffmpeg', ['-version'], /ffmpeg version (\S+)/),
    versionOf('nginx', ['-v'], /nginx\/(\S+)/),
  ]
  return parts.filter(Boolean).join(', ')
}

function versionOf(program: string, args: string[], pattern: RegExp): string {
  try {
    // nginx writes its version to standard error.
    const text = execFileSync('/bin/sh', ['-c', `PATH=$PATH:/usr/sbin:/usr/local/sbin; ${program} ${args.join(' ')} 2>&1`], { encoding: 'utf8' })
    return `${program} ${pattern.exec(text)?.[1] ?? '?'}`
  } catch {
    return ''
  }
}
